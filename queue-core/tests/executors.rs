//! The same channels under each of the executors that people use, and in `select!` loops: nothing is lost,
//! whatever is dropped on the way.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt;
use futures::executor::block_on;
use queue_core::{Receiver, Sender, bounded, mpsc, spmc, spsc, unbounded};

const MESSAGES: u64 = 10_000;

type Job = Pin<Box<dyn Future<Output = u64> + Send>>;

async fn produce(sender: Sender<u64>, first: u64) -> u64 {
    let mut sent = 0;
    for number in (first..MESSAGES).step_by(2) {
        sender.send_async(number).await.unwrap();
        sent += number;
    }
    sent
}

async fn consume(receiver: Receiver<u64>) -> u64 {
    let mut received = 0;
    while let Ok(number) = receiver.recv_async().await {
        received += number;
    }
    received
}

fn channels() -> [(Sender<u64>, Receiver<u64>); 5] {
    [bounded(0), bounded(1), bounded(3), bounded(64), unbounded()]
}

/// Two producers and two consumers for each kind of channel, each a task of its own: what they sent,
/// and what they received, is the same.
fn crews_agree(run: impl Fn(Vec<Job>) -> Vec<u64>) {
    for (sender, receiver) in channels() {
        let jobs: Vec<Job> = vec![
            Box::pin(consume(receiver.clone())),
            Box::pin(consume(receiver)),
            Box::pin(produce(sender.clone(), 0)),
            Box::pin(produce(sender, 1)),
        ];
        let sums = run(jobs);
        assert_eq!(sums[0] + sums[1], sums[2] + sums[3]);
        assert_eq!(sums[0] + sums[1], MESSAGES * (MESSAGES - 1) / 2);
    }
}

#[test]
fn under_block_on() {
    crews_agree(|jobs| block_on(futures::future::join_all(jobs)));
}

#[test]
fn under_tokio_with_several_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    crews_agree(|jobs| {
        runtime.block_on(async {
            let tasks = jobs.into_iter().map(tokio::spawn);
            futures::future::try_join_all(tasks).await.unwrap()
        })
    });
}

#[test]
fn under_tokio_with_one_thread() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    crews_agree(|jobs| {
        runtime.block_on(async {
            let tasks = jobs.into_iter().map(tokio::spawn);
            futures::future::try_join_all(tasks).await.unwrap()
        })
    });
}

#[test]
fn under_smol() {
    crews_agree(|jobs| {
        smol::block_on(async {
            let tasks: Vec<_> = jobs.into_iter().map(smol::spawn).collect();
            futures::future::join_all(tasks).await
        })
    });
}

/// One end awaits and the other one blocks its thread, both ways round.
#[test]
fn beside_threads_that_block() {
    for (sender, receiver) in channels() {
        let consumer = std::thread::spawn(move || receiver.iter().sum::<u64>());
        let sent = block_on(produce(sender, 0));
        assert_eq!(consumer.join().unwrap(), sent);
    }
    for (sender, receiver) in channels() {
        let producer = std::thread::spawn(move || {
            (0..MESSAGES).for_each(|number| sender.send(number).unwrap());
        });
        assert_eq!(block_on(consume(receiver)), MESSAGES * (MESSAGES - 1) / 2);
        producer.join().unwrap();
    }
}

/// Ends that are alone go into tasks, which go from thread to thread.
#[test]
fn ends_that_are_alone_under_tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    for capacity in [1, 3, 64] {
        let (mut one, mut ones) = spsc::bounded(capacity);
        let (many, mut gathered) = mpsc::bounded(capacity);
        let (mut spread, workers) = spmc::bounded(capacity);
        let sums = runtime.block_on(async {
            let first = tokio::spawn(async move {
                for number in 0..MESSAGES {
                    one.send_async(number).await.unwrap();
                }
            });
            let second = tokio::spawn(async move {
                while let Ok(number) = ones.recv_async().await {
                    spread.send_async(number).await.unwrap();
                }
            });
            let thirds = [workers.clone(), workers].map(|worker| {
                let many = many.clone();
                tokio::spawn(async move {
                    let mut messages = Vec::new();
                    while worker.recv_batch_async(&mut messages, 7).await.is_ok() {
                        many.send_batch_async(messages.drain(..)).await.unwrap();
                    }
                })
            });
            drop(many);
            let mut sum = 0;
            while let Ok(number) = gathered.recv_async().await {
                sum += number;
            }
            first.await.unwrap();
            second.await.unwrap();
            for third in thirds {
                third.await.unwrap();
            }
            sum
        });
        assert_eq!(sums, MESSAGES * (MESSAGES - 1) / 2);
    }
}

/// A receiver that is alone, in a loop in which its futures are dropped.
#[test]
fn an_end_that_is_alone_in_a_select_loop_of_tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let (mut sender, mut receiver) = spsc::bounded(3);
    let received = runtime.block_on(async {
        let sending = tokio::spawn(async move {
            for number in 0..MESSAGES {
                let mut message = Some(number);
                while message.is_some() {
                    tokio::select! {
                        sent = sender.send_async_from(&mut message) => sent.unwrap(),
                        () = tokio::task::yield_now() => {}
                    }
                }
            }
        });
        let mut ticks = tokio::time::interval(Duration::from_micros(50));
        let mut received = 0;
        loop {
            tokio::select! {
                number = receiver.recv_async() => match number {
                    Ok(number) => {
                        assert_eq!(number, received);
                        received += 1;
                    }
                    Err(_) => break,
                },
                _ = ticks.tick() => {}
            }
        }
        sending.await.unwrap();
        received
    });
    assert_eq!(received, MESSAGES);
}

/// In a loop over `tokio::select!` the futures of all branches but one are dropped each time.
#[test]
fn in_a_select_loop_of_tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    for ((one, ones), (other, others)) in channels().into_iter().zip(channels()) {
        let sums = runtime.block_on(async {
            let first = tokio::spawn(produce(one, 0));
            let second = tokio::spawn(produce(other, 1));
            let mut received = 0;
            let mut open = (true, true);
            let mut ticks = tokio::time::interval(Duration::from_micros(50));
            while open.0 || open.1 {
                tokio::select! {
                    number = ones.recv_async(), if open.0 => match number {
                        Ok(number) => received += number,
                        Err(_) => open.0 = false,
                    },
                    number = others.recv_async(), if open.1 => match number {
                        Ok(number) => received += number,
                        Err(_) => open.1 = false,
                    },
                    _ = ticks.tick() => {}
                }
            }
            (received, first.await.unwrap() + second.await.unwrap())
        });
        assert_eq!(sums.0, sums.1);
    }
}

/// Sends that lose to a clock keep their message and try again.
#[test]
fn a_send_that_loses_a_select_keeps_its_message() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    for (sender, receiver) in channels() {
        let (sent, received) = runtime.block_on(async {
            let consumer = tokio::spawn(consume(receiver));
            let mut ticks = tokio::time::interval(Duration::from_micros(50));
            let mut sent = 0;
            for number in 0..MESSAGES / 10 {
                let mut message = Some(number);
                while message.is_some() {
                    tokio::select! {
                        done = sender.send_async_from(&mut message) => done.unwrap(),
                        _ = ticks.tick() => {}
                    }
                }
                sent += number;
            }
            drop(sender);
            (sent, consumer.await.unwrap())
        });
        assert_eq!(sent, received);
    }
}

/// Somebody who looks only once does not take the word of a message away from those who wait.
#[test]
fn who_looks_once_disturbs_nobody() {
    let (sender, receiver) = bounded(4);
    let consumer = {
        let receiver = receiver.clone();
        std::thread::spawn(move || receiver.iter().count())
    };
    let mut looked = 0;
    for number in 0..MESSAGES {
        sender.send(number).unwrap();
        looked += usize::from(receiver.recv_async().now_or_never().is_some());
    }
    drop((sender, receiver));
    assert_eq!(looked + consumer.join().unwrap(), MESSAGES as usize);
}

#[cfg(feature = "futures")]
mod streams_and_sinks {
    use std::pin::pin;

    use futures::stream::FusedStream;
    use futures::{SinkExt, StreamExt, future, stream};

    use super::*;

    #[test]
    fn a_stream_ends_with_the_channel() {
        for (sender, receiver) in channels() {
            std::thread::spawn(move || (0..100).for_each(|number| sender.send(number).unwrap()));
            let mut stream = pin!(receiver.into_stream());
            let received: Vec<_> = block_on(stream.by_ref().collect());
            assert_eq!(received, (0..100).collect::<Vec<_>>());
            assert!(stream.is_terminated());
            assert_eq!(block_on(stream.next()), None);
        }
    }

    #[test]
    fn messages_that_borrow_go_through_streams_and_sinks_with_their_end_inside() {
        let text = String::from("one two");
        let usual = bounded(4);
        let alone = spsc::bounded(4);
        let numbers = async {
            let words = || stream::iter(text.split(' ').map(Ok));
            let sending = words().forward(usual.0.into_sink());
            sending.await.unwrap();
            words().forward(alone.0.into_sink()).await.unwrap();
            let first: Vec<_> = usual.1.into_stream().collect().await;
            let second: Vec<_> = alone.1.into_stream().collect().await;
            (first, second)
        };
        let words = vec!["one", "two"];
        assert_eq!(block_on(numbers), (words.clone(), words));
    }

    #[test]
    fn streams_share_a_channel() {
        for (sender, receiver) in channels() {
            let sums = block_on(future::join3(
                receiver.stream().fold(0, async |sum, number| sum + number),
                receiver
                    .clone()
                    .into_stream()
                    .fold(0, async |sum, number| sum + number),
                async {
                    let numbers = stream::iter((0..MESSAGES / 10).map(Ok));
                    numbers.forward(sender.into_sink()).await.unwrap();
                },
            ));
            let count = MESSAGES / 10;
            assert_eq!(sums.0 + sums.1, count * (count - 1) / 2);
        }
    }

    #[test]
    fn a_sink_sends_what_it_was_fed_when_it_is_flushed_or_closed() {
        let (sender, receiver) = bounded(4);
        block_on(async {
            let mut sink = pin!(sender.sink());
            sink.feed(1).await.unwrap();
            assert!(receiver.is_empty());
            sink.flush().await.unwrap();
            assert_eq!(receiver.recv(), Ok(1));
            sink.feed(2).await.unwrap();
            sink.close().await.unwrap();
            assert_eq!(receiver.recv(), Ok(2));
            // It was lent.
            assert!(!sender.is_closed());
        });
    }

    #[test]
    fn a_sink_gives_back_what_it_could_not_send() {
        let (sender, receiver) = bounded(1);
        block_on(async {
            let mut sink = pin!(sender.sink());
            sink.feed(1).await.unwrap();
            drop(receiver);
            assert_eq!(sink.flush().await.unwrap_err().into_inner(), Some(1));
            assert_eq!(sink.send(2).await.unwrap_err().into_inner(), None);
        });
    }

    #[test]
    fn ends_that_are_alone_are_a_stream_and_a_sink() {
        let (mut sender, mut receiver) = spsc::bounded(2);
        block_on(async {
            pin!(sender.sink()).send(1).await.unwrap();
            assert_eq!(pin!(receiver.stream()).next().await, Some(1));
            let numbers = stream::iter((0..MESSAGES / 10).map(Ok));
            let (sent, sum) = future::join(
                numbers.forward(sender.into_sink()),
                receiver
                    .into_stream()
                    .fold(0, async |sum, number| sum + number),
            )
            .await;
            sent.unwrap();
            assert_eq!(sum, MESSAGES / 10 * (MESSAGES / 10 - 1) / 2);
        });
    }

    #[test]
    fn a_sink_that_is_closed_gives_up_its_own_sender() {
        let (sender, receiver) = bounded::<u8>(1);
        block_on(async {
            let mut sink = pin!(sender.into_sink());
            sink.close().await.unwrap();
            assert!(receiver.is_closed());
            sink.close().await.unwrap();
            assert!(sink.feed(1).await.is_err());
        });
    }
}
