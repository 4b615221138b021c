//! A panic over what a caller did wrong names the caller's line. A binary of its own, as the hook is the process's.

use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use queue_core::{Builder, Ring, Select, after, bounded, mpsc, spmc, spsc, weighted};

/// The file of the last panic.
static BLAMED: Mutex<String> = Mutex::new(String::new());

fn assert_blamed(action: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(action)).is_err());
    // Not under the lock, which the hook takes.
    let blamed = std::mem::take(&mut *BLAMED.lock().unwrap());
    assert_eq!(blamed, file!());
}

#[test]
fn a_panic_names_the_line_of_the_caller() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().expect("every panic has one");
        place.file().clone_into(&mut BLAMED.lock().unwrap());
    }));
    assert_blamed(|| drop(Ring::<u8>::new(0)));
    assert_blamed(|| drop(Ring::<u8>::new(usize::MAX)));
    assert_blamed(|| drop(bounded::<u8>(usize::MAX)));
    assert_blamed(|| drop(Builder::new().bounded::<u8>(usize::MAX)));
    assert_blamed(|| drop(weighted::<usize>(0, 1, |weight| *weight)));
    assert_blamed(|| drop(spsc::bounded::<u8>(0)));
    assert_blamed(|| drop(spsc::bounded::<u8>(usize::MAX)));
    assert_blamed(|| drop(mpsc::bounded::<u8>(0)));
    assert_blamed(|| drop(spmc::bounded::<u8>(usize::MAX)));
    assert_blamed(|| drop(spsc::ring::<u8>(0)));
    assert_blamed(|| drop(spsc::ring::<u8>(usize::MAX)));
    let (mut producer, mut consumer) = spsc::ring::<u8>(1);
    producer.push(1).unwrap();
    assert_blamed(|| consumer.read_chunk(1).unwrap().commit(2));
    assert_eq!(consumer.pop(), Some(1));
    assert_blamed(|| producer.write_chunk(1).unwrap().commit(1));
    assert_blamed(|| drop(after(Duration::ZERO).recv_async()));
    assert_blamed(|| drop(Select::new().select()));
    let (mut alone, _receiver) = spsc::bounded::<u8>(1);
    assert_blamed(|| drop(alone.send_async_from(&mut None)));
    let (sender, _receiver) = bounded::<u8>(1);
    assert_blamed(|| {
        let _ = sender.try_send_from(&mut None);
    });
    assert_blamed(|| {
        let _ = sender.send_from(&mut None);
    });
    assert_blamed(|| {
        let _ = sender.send_timeout_from(&mut None, Duration::ZERO);
    });
    assert_blamed(|| {
        let _ = sender.send_deadline_from(&mut None, Instant::now());
    });
    drop(panic::take_hook());
}
