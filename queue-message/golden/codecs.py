"""Golden vectors of the codecs, written and read by each format's reference library.

    python codecs.py write FOLDER   writes the vectors, and manifest.json with their values
    python codecs.py check FOLDER   reads vectors that others have written: each must have the value of its name

JSON and XML are the standard library's.
"""

import json
import math
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from thrift import TSerialization
from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.protocol.TBase import TBase
from thrift.Thrift import TType

EMPTY = {
    "least": 0,
    "most": 0,
    "largest": 0,
    "doubles": [],
    "text": "",
    "binary": b"",
    "words": [],
    "rows": [],
    "counts": {},
    "note": None,
    "color": "Red",
    "shape": "Point",
}

SAMPLES = {
    "empty": EMPTY,
    "limits": EMPTY | {
        "least": -(2**63),
        "most": 2**63 - 1,
        "largest": 2**64 - 1,
        "doubles": [0.0, -0.0, 0.1, 1e23, 5e-324, 2.2250738585072014e-308, sys.float_info.max, -sys.float_info.max],
        "rows": [[-1, -32, -33, -128, -129, -(2**15), -(2**15) - 1, -(2**31), -(2**31) - 1, -(2**63)],
                 [127, 128, 255, 256, 2**15, 2**16 - 1, 2**16, 2**31, 2**32 - 1, 2**32, 2**63 - 1]],
        "note": "",
        "color": "Blue",
        "shape": {"Circle": -0.0},
    },
    "infinite": EMPTY | {"doubles": [math.inf, -math.inf], "shape": {"Circle": math.inf}},
    "unicode": EMPTY | {
        "text": "naïve ☕ 𝄞 🦀 \U0010ffff \u0301",
        "words": ["", " ", "  a  b  ", "\ta\nb\r\nc\r", "<&>\"'", "]]>", "&#65;", "a\u00a0b\u2028c"],
        "counts": {"": 0, "a b\tc\"<&>'": 1, "ключ": 2, "🔑": 3},
        "note": "🦀",
        "color": "Green",
    },
    "nested": EMPTY | {
        "binary": bytes(range(256)) + b"\xff" * 64,
        "words": [str(number) for number in range(40)] + ["x" * 31, "y" * 32, "z" * 300],
        "rows": [[], [1], [-1, 2, -3], list(range(-150, 150)), []],
        "counts": {f"key {number:02}": number * 10**9 for number in range(20)},
        "shape": {"Rectangle": {"width": 1.5, "height": 2e-7}},
    },
}

COLORS = ["Red", "Green", "Blue"]


def described(sample):
    """The sample with what JSON could not say exactly as text."""
    shape = sample["shape"]
    if shape == "Point":
        shape = {}
    elif "Circle" in shape:
        shape = {"radius": shape["Circle"]}
    else:
        shape = shape["Rectangle"]
    return sample | {
        "doubles": [repr(double) for double in sample["doubles"]],
        "binary": sample["binary"].hex(),
        "shape": {part: repr(double) for part, double in shape.items()},
    }


# Each format: a sample as bytes, and bytes as a sample.


def to_json(sample):
    return json.dumps(sample | {"binary": list(sample["binary"])}, allow_nan=False).encode()


def from_json(data):
    sample = json.loads(data)
    return sample | {"binary": bytes(sample["binary"])}


def to_msgpack(sample):
    return msgpack.packb(sample)


def from_msgpack(data):
    return msgpack.unpackb(data)


def to_xml(sample):
    root = ElementTree.Element("Sample", {name: str(sample[name]) for name in ("least", "most", "largest")})

    def add(parent, tag, text="", /, **attributes):
        element = ElementTree.SubElement(parent, tag, attributes)
        element.text = str(text)
        return element

    for double in sample["doubles"]:
        add(root, "double", double)
    add(root, "text", sample["text"])
    add(root, "binary", sample["binary"].hex())
    for word in sample["words"]:
        add(root, "word", word)
    for row in sample["rows"]:
        element = add(root, "row")
        for cell in row:
            add(element, "cell", cell)
    for name, count in sample["counts"].items():
        add(root, "count", count, name=name)
    if sample["note"] is not None:
        add(root, "note", sample["note"])
    add(root, "color", sample["color"])
    shape = add(root, "shape")
    if sample["shape"] == "Point":
        add(shape, "Point")
    elif "Circle" in sample["shape"]:
        add(shape, "Circle", sample["shape"]["Circle"])
    else:
        rectangle = add(shape, "Rectangle")
        for part, double in sample["shape"]["Rectangle"].items():
            add(rectangle, part, double)
    data = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    # ElementTree writes a carriage return in text as it is, which every parser then reads as a line feed.
    return data.replace(b"\r", b"&#13;")


def from_xml(data):
    root = ElementTree.fromstring(data)

    def texts(parent, name):
        return [element.text or "" for element in parent.findall(name)]

    [shape] = root.find("shape")
    if shape.tag == "Point":
        shape = "Point"
    elif shape.tag == "Circle":
        shape = {"Circle": float(shape.text)}
    else:
        shape = {"Rectangle": {part.tag: float(part.text) for part in shape}}
    return {name: int(root.get(name)) for name in ("least", "most", "largest")} | {
        "doubles": [float(text) for text in texts(root, "double")],
        "text": texts(root, "text")[0],
        "binary": bytes.fromhex(texts(root, "binary")[0]),
        "words": texts(root, "word"),
        "rows": [[int(text) for text in texts(row, "cell")] for row in root.findall("row")],
        "counts": {element.get("name"): int(element.text) for element in root.findall("count")},
        "note": next(iter(texts(root, "note")), None),
        "color": root.find("color").text,
        "shape": shape,
    }


def protobuf_classes():
    """The message types, without a compiler: what it would make of a .proto file is built by hand."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="sample.proto", package="golden", syntax="proto3")

    def message(holder, name, *fields):
        result = holder.add(name=name)
        for number, (name, kind, *extra) in enumerate(fields, start=1):
            added = result.field.add(name=name, number=number, label=field.LABEL_OPTIONAL)
            if isinstance(kind, str):
                added.type_name = kind
                added.type = field.TYPE_ENUM if kind.endswith("Color") else field.TYPE_MESSAGE
            else:
                added.type = kind
            if "repeated" in extra:
                added.label = field.LABEL_REPEATED
            if "shape" in extra:
                added.oneof_index = 0
            if "optional" in extra:
                added.proto3_optional = True
                added.oneof_index = 1
        return result

    color = file.enum_type.add(name="Color")
    for number, name in enumerate(COLORS):
        color.value.add(name=name, number=number)
    message(file.message_type, "Row", ("cells", field.TYPE_SINT64, "repeated"))
    message(file.message_type, "Rectangle", ("width", field.TYPE_DOUBLE), ("height", field.TYPE_DOUBLE))
    sample = message(
        file.message_type,
        "Sample",
        ("least", field.TYPE_INT64),
        ("most", field.TYPE_SINT64),
        ("largest", field.TYPE_UINT64),
        ("doubles", field.TYPE_DOUBLE, "repeated"),
        ("text", field.TYPE_STRING),
        ("binary", field.TYPE_BYTES),
        ("words", field.TYPE_STRING, "repeated"),
        ("rows", ".golden.Row", "repeated"),
        ("counts", ".golden.Sample.CountsEntry", "repeated"),
        ("note", field.TYPE_STRING, "optional"),
        ("color", ".golden.Color"),
        ("point", field.TYPE_BOOL, "shape"),
        ("circle", field.TYPE_DOUBLE, "shape"),
        ("rectangle", ".golden.Rectangle", "shape"),
    )
    sample.oneof_decl.add(name="shape")
    sample.oneof_decl.add(name="_note")
    entry = message(sample.nested_type, "CountsEntry", ("key", field.TYPE_STRING), ("value", field.TYPE_INT64))
    entry.options.map_entry = True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("golden.Sample"))


ProtobufSample = protobuf_classes()


def to_protobuf(sample):
    message = ProtobufSample(
        **{name: sample[name] for name in ("least", "most", "largest", "doubles", "text", "binary", "words", "counts")},
        rows=[{"cells": row} for row in sample["rows"]],
        color=COLORS.index(sample["color"]),
    )
    if sample["note"] is not None:
        message.note = sample["note"]
    if sample["shape"] == "Point":
        message.point = True
    elif "Circle" in sample["shape"]:
        message.circle = sample["shape"]["Circle"]
    else:
        message.rectangle.width = sample["shape"]["Rectangle"]["width"]
        message.rectangle.height = sample["shape"]["Rectangle"]["height"]
    return message.SerializeToString(deterministic=True)


def from_protobuf(data):
    message = ProtobufSample.FromString(data)
    shape = {
        "point": lambda: "Point",
        "circle": lambda: {"Circle": message.circle},
        "rectangle": lambda: {"Rectangle": {"width": message.rectangle.width, "height": message.rectangle.height}},
    }[message.WhichOneof("shape")]()
    return {name: getattr(message, name) for name in ("least", "most", "largest", "text", "binary")} | {
        "doubles": list(message.doubles),
        "words": list(message.words),
        "rows": [list(row.cells) for row in message.rows],
        "counts": dict(message.counts),
        "note": message.note if message.HasField("note") else None,
        "color": COLORS[message.color],
        "shape": shape,
    }


class Struct(TBase):
    """What Thrift's compiler writes for a struct, but for its names."""

    def __init__(self, **fields):
        for _, _, name, _, default in filter(None, self.thrift_spec):
            setattr(self, name, fields.get(name, default))


class Rectangle(Struct):
    thrift_spec = (
        None,
        (1, TType.DOUBLE, "width", None, None),
        (2, TType.DOUBLE, "height", None, None),
    )


class Shape(Struct):
    thrift_spec = (
        None,
        (1, TType.BOOL, "point", None, None),
        (2, TType.DOUBLE, "circle", None, None),
        (3, TType.STRUCT, "rectangle", [Rectangle, Rectangle.thrift_spec], None),
    )


class ThriftSample(Struct):
    thrift_spec = (
        None,
        (1, TType.I64, "least", None, None),
        (2, TType.I64, "most", None, None),
        (3, TType.LIST, "doubles", (TType.DOUBLE, None, False), None),
        (4, TType.STRING, "text", "UTF8", None),
        (5, TType.STRING, "binary", "BINARY", None),
        (6, TType.LIST, "words", (TType.STRING, "UTF8", False), None),
        (7, TType.LIST, "rows", (TType.LIST, (TType.I64, None, False), False), None),
        (8, TType.MAP, "counts", (TType.STRING, "UTF8", TType.I64, None, False), None),
        (9, TType.STRING, "note", "UTF8", None),
        (10, TType.I32, "color", None, None),
        (11, TType.BOOL, "is_point", None, None),
        (12, TType.STRUCT, "shape", [Shape, Shape.thrift_spec], None),
    )


def to_thrift(protocol):
    def encode(sample):
        if sample["shape"] == "Point":
            shape = Shape(point=True)
        elif "Circle" in sample["shape"]:
            shape = Shape(circle=sample["shape"]["Circle"])
        else:
            shape = Shape(rectangle=Rectangle(**sample["shape"]["Rectangle"]))
        value = ThriftSample(**sample | {
            "color": COLORS.index(sample["color"]),
            "is_point": sample["shape"] == "Point",
            "shape": shape,
        })
        return TSerialization.serialize(value, protocol)

    return encode


def from_thrift(protocol):
    def decode(data):
        value = TSerialization.deserialize(ThriftSample(), data, protocol)
        if value.shape.point is not None:
            shape = "Point"
        elif value.shape.circle is not None:
            shape = {"Circle": value.shape.circle}
        else:
            shape = {"Rectangle": {"width": value.shape.rectangle.width, "height": value.shape.rectangle.height}}
        assert value.is_point == (shape == "Point")
        names = ("least", "most", "doubles", "text", "binary", "words", "rows", "counts", "note")
        return {name: getattr(value, name) for name in names} | {"color": COLORS[value.color], "shape": shape}

    return decode


COMPACT = TCompactProtocol.TCompactProtocolFactory()
BINARY = TBinaryProtocol.TBinaryProtocolFactory()

FORMATS = {
    "json": (to_json, from_json),
    "msgpack": (to_msgpack, from_msgpack),
    "xml": (to_xml, from_xml),
    "protobuf": (to_protobuf, from_protobuf),
    "thrift-compact": (to_thrift(COMPACT), from_thrift(COMPACT)),
    "thrift-binary": (to_thrift(BINARY), from_thrift(BINARY)),
}


def vectors():
    for name, sample in SAMPLES.items():
        for form in FORMATS:
            # JSON has no infinity.
            if form != "json" or all(map(math.isfinite, sample["doubles"])):
                yield f"{name}.{form}", sample, form


def comparable(sample, form):
    """All that a format has of a sample, so that 0.0 and -0.0 differ, and the order of keys does not."""
    if form.startswith("thrift"):
        sample = {name: value for name, value in sample.items() if name != "largest"}
    return repr(sorted((sample | {"counts": sorted(sample["counts"].items())}).items()))


def write(folder):
    for name, sample, form in vectors():
        (folder / name).write_bytes(FORMATS[form][0](sample))
    manifest = {
        "vectors": [name for name, _, _ in vectors()],
        "samples": {name: described(sample) for name, sample in SAMPLES.items()},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def check(folder):
    expected = {name: (sample, form) for name, sample, form in vectors()}
    found = {path.name for path in folder.iterdir()}
    if found != set(expected):
        sys.exit(f"these vectors are missing, or too many: {sorted(found ^ set(expected))}")
    for name, (sample, form) in expected.items():
        value = FORMATS[form][1]((folder / name).read_bytes())
        if comparable(value, form) != comparable(sample, form):
            sys.exit(f"{name} is\n{comparable(value, form)}\nnot\n{comparable(sample, form)}")
    print(f"{len(expected)} vectors are read as they were meant")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
