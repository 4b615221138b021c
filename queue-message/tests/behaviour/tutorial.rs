//! The examples print what they should, and the tutorial shows what the examples are.

use std::env;
use std::process::{Command, exit};

#[path = "../../examples/messaging_basics.rs"]
mod messaging_basics;
#[cfg(feature = "messagepack")]
#[path = "../../examples/two_services.rs"]
mod two_services;

const PAGE: &str = include_str!("../../../docs/messaging-basics.md");
const BASICS: &str = include_str!("../../examples/messaging_basics.rs");
const SERVICES: &str = include_str!("../../examples/two_services.rs");

/// What `example` prints: within the test of this name, in a process of its own.
fn printed_by<E: std::fmt::Debug>(test: &str, example: fn() -> Result<(), E>) -> String {
    const CHILD: &str = "QUEUE_MESSAGE_RUNS_AN_EXAMPLE";
    const BEGIN: &str = "the example begins\n";
    const END: &str = "the example has ended\n";
    if env::var_os(CHILD).is_some() {
        print!("\n{BEGIN}");
        example().unwrap();
        print!("{END}");
        exit(0);
    }
    let test = format!("tutorial::{test}");
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &test, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    let (_, printed) = printed.split_once(BEGIN).expect("the test exists");
    let (printed, _) = printed.split_once(END).expect("it ends");
    printed.to_owned()
}

#[test]
fn messaging_basics_prints_its_message() {
    let printed = printed_by(
        "messaging_basics_prints_its_message",
        messaging_basics::main,
    );
    assert_eq!(printed, "Received message: ABC\n");
    assert!(blocks("text").contains(&printed));
}

#[cfg(feature = "messagepack")]
#[test]
fn two_services_print_invoices_and_a_dead_letter() {
    let test = "two_services_print_invoices_and_a_dead_letter";
    let printed = printed_by(test, two_services::main);
    // Its types are in a module here.
    let printed = printed.replace(concat!(module_path!(), "::"), "");
    let lines: Vec<&str> = printed.lines().collect();
    let failure = "`two_services::Order` as application/json at line 1 column 42: \
                   invalid type: string \"a lot\", expected u64";
    assert_eq!(
        lines,
        [
            "billing: order 1 is for a hat",
            "orders: order 1 costs 1500 cents with tax",
            &format!("billing: delivery 1: {failure}"),
            &format!("billing: delivery 2: {failure}"),
            &format!("billing: delivery 3: {failure}"),
            "billing: order 3 is for a coat",
            "orders: order 3 costs 11880 cents with tax",
            r#"dead letter: {"number":2,"item":"scarf","cents":"a lot"}"#,
            "why: delivered 3 times without being completed",
        ]
    );
    assert!(blocks("text").contains(&printed));
}

/// The page's blocks in a language.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == language {
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

/// An example as the page shows it: without what it says of itself, and with a `main` that is nobody else's.
fn as_shown(example: &str) -> String {
    let (_, code) = example.split_once("\n\n").unwrap();
    code.replace("pub(crate) fn main", "fn main")
}

/// As lines that stand at the margin.
fn unindented(code: &str) -> String {
    code.lines()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect()
}

#[test]
fn the_tutorial_ends_with_the_whole_program() {
    assert!(blocks("rust").contains(&as_shown(BASICS)));
}

#[test]
fn every_step_of_the_tutorial_is_in_an_example() {
    let examples = [BASICS, SERVICES].map(|example| unindented(&as_shown(example)));
    let blocks = blocks("rust");
    assert!(blocks.len() >= 8, "the page has its steps");
    for block in blocks {
        let step = unindented(&block);
        let mut examples = examples.iter();
        assert!(
            examples.any(|example| example.contains(&step)),
            "in neither example:\n{block}"
        );
    }
}
