//! The macros `select!` and `select_biased!`.

/// The work behind `select!` and `select_biased!`, which set `_IS_BIASED` and call it.
///
/// Its phases, each marked by a leading `@`:
///
/// 1. `@arms` takes one arm after another off the user's tokens and files it, so that `recv` and
///    `send` look alike afterwards. An arm that no rule takes goes to `queue_core_syntax_error!`.
/// 2. `@choose` turns the `default` arm, or its absence, into the call that selects.
/// 3. `@run` writes the code, without recursion.
///
/// Every step of `@arms` writes `handle` anew, and hygiene makes a different variable of each.
#[doc(hidden)]
#[macro_export]
macro_rules! queue_core_internal {
    // Phase 1: `@arms {tokens left} [indices left] [operations filed] (the default arm, if any)`.
    //
    // An operation is filed as
    // `{index variable Type constructor method (channel) (message, if any) (pattern) body}`.
    // The entry at the bottom adds a comma to the tokens, so that every arm can end with one.

    // Nothing is left, except for the added comma if the user wrote one as well.
    (@arms {$(,)?} $indices:tt $operations:tt $default:tt) => {
        $crate::queue_core_internal! { @choose $operations $default }
    };
    // Without its `=>`, `name { body }` looks like a struct pattern, and `$pattern:pat` would fail
    // in a baffling way. But no pattern stands before a comma or a name: catch it here.
    (@arms {$op:ident $args:tt -> $pattern:ident {$($body:tt)*} $(,)? $($next:ident $($rest:tt)*)?}
        $($state:tt)*
    ) => {
        $crate::queue_core_syntax_error! { @arrow $op }
    };
    (@arms {recv($receiver:expr $(,)?) -> $pattern:pat => $body:expr, $($rest:tt)*}
        [$i:tt $($indices:tt)*] [$($operations:tt)*] $default:tt
    ) => {
        $crate::queue_core_internal! {
            @arms {$($rest)*} [$($indices)*] [
                $($operations)*
                {$i handle Receiver recv_arm recv ($receiver) () ($pattern) $body}
            ] $default
        }
    };
    (@arms {send($sender:expr, $message:expr $(,)?) -> $pattern:pat => $body:expr, $($rest:tt)*}
        [$i:tt $($indices:tt)*] [$($operations:tt)*] $default:tt
    ) => {
        $crate::queue_core_internal! {
            @arms {$($rest)*} [$($indices)*] [
                $($operations)*
                {$i handle Sender send_arm send ($sender) ($message) ($pattern) $body}
            ] $default
        }
    };
    // `default`, `default()` or `default(timeout)`, if it is the first one.
    (@arms {default $(($($timeout:expr $(,)?)?))? => $body:expr, $($rest:tt)*}
        $indices:tt $operations:tt ()
    ) => {
        $crate::queue_core_internal! {
            @arms {$($rest)*} $indices $operations (($($($timeout)?)?) $body)
        }
    };
    // Any arm whose body is a block that the next arm follows at once: add the comma, and retry.
    (@arms {
            $op:ident $(($($args:tt)*))? $(-> $pattern:pat)? => {$($body:tt)*}
            $next:ident $($rest:tt)*
        } $($state:tt)*
    ) => {
        $crate::queue_core_internal! {
            @arms {
                $op $(($($args)*))? $(-> $pattern)? => {$($body)*},
                $next $($rest)*
            } $($state)*
        }
    };

    // What is left is an error.
    (@arms {default $($rest:tt)*} $indices:tt $operations:tt ($($default:tt)+)) => {
        ::core::compile_error!("a `select!` may have only one `default` arm")
    };
    (@arms {$op:ident $args:tt -> $($rest:tt)*} [] $($state:tt)*) => {
        ::core::compile_error!("a `select!` may have at most 32 `recv` and `send` arms")
    };
    (@arms {$($arms:tt)*} $($state:tt)*) => {
        $crate::queue_core_syntax_error! { $($arms)* }
    };

    // Phase 2: `@choose [operations] (the default arm, if any)`.
    //
    // Gives `@run` a name for the array of arms, an expression that selects from it, and the code
    // for the case that nothing was selected.
    (@choose $operations:tt ()) => {
        $crate::queue_core_internal! {
            @run $operations arms
            (::core::option::Option::Some($crate::internal::select(&mut arms, _IS_BIASED)))
            (::core::unreachable!("`select!` chose an arm that it does not have"))
        }
    };
    (@choose $operations:tt (() $body:expr)) => {
        $crate::queue_core_internal! {
            @run $operations arms
            ($crate::internal::try_select(&mut arms, _IS_BIASED).ok())
            ($body)
        }
    };
    (@choose $operations:tt (($timeout:expr) $body:expr)) => {
        $crate::queue_core_internal! {
            @run $operations arms
            ($crate::internal::select_timeout(&mut arms, $timeout, _IS_BIASED).ok())
            ($body)
        }
    };

    // Phase 3: the code.
    //
    // The outer `match` keeps temporaries of the channel expressions alive. The outer `selected`
    // is never borrowed, and is moved out as a whole before any body runs: hence a body may move or
    // drop the channels, and hold an `.await` in a future that is `Send`. Bodies are arms of a
    // `match`, as rustc does not warn of braces around a single expression there.
    (@run [$({
            $i:tt $handle:ident $Type:ident $constructor:ident $method:ident
            ($channel:expr) ($($message:expr)?) ($pattern:pat) $body:expr
        })*]
        $arms:ident ($selection:expr) ($otherwise:expr)
    ) => {
        match ($(&$channel,)*) {
            ($($handle,)*) => {
                // Deref coercion happens here.
                $(let $handle: &$crate::$Type<_> = $handle;)*
                let (index, selected) = {
                    let mut $arms = [$($crate::internal::$constructor($handle, $i)),*];
                    let selected = $selection;
                    (selected.as_ref().map(|operation| operation.index()), selected)
                };
                match index {
                    $(::core::option::Option::Some($i) => {
                        // A variable, so that a message that meets `_` lives as long as the body.
                        let result = selected.unwrap().$method($handle $(, $message)?);
                        let $pattern = result;
                        match () { () => $body }
                    })*
                    _ => match ::core::mem::drop(selected) { () => $otherwise },
                }
            }
        }
    };

    // The entry.
    () => {
        ::core::compile_error!("a `select!` needs at least one arm")
    };
    ($($arms:tt)+) => {
        $crate::queue_core_internal! {
            @arms {$($arms)+ ,}
            [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]
            [] ()
        }
    };
}

/// Says what is wrong with the first of the arms it gets, which is one that `select!` cannot read.
///
/// ```compile_fail
/// # let (_s, r) = queue_core::unbounded::<i32>();
/// queue_core::select! { recv(r) => {} } // No `->`.
/// ```
///
/// ```compile_fail
/// queue_core::select! { default => {}, default => {} } // One too many.
/// ```
///
/// ```compile_fail
/// queue_core::select! {} // Would wait forever.
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! queue_core_syntax_error {
    // Which operation?
    (recv $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @arm recv "`recv(receiver)`" $($rest)* }
    };
    (send $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @arm send "`send(sender, message)`" $($rest)* }
    };
    (default $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @default $($rest)* }
    };
    (; $($rest:tt)*) => {
        ::core::compile_error!("the arms of a `select!` are separated by `,`, not by `;`")
    };

    // `recv` or `send`: its arguments, `->`, the pattern and `=>`.
    (@arm $op:ident $usage:literal ($($args:tt)*) -> => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!("missing pattern after the `->` of ", $usage))
    };
    (@arm $op:ident $usage:literal ($($args:tt)*) -> $pattern:tt -> $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @arrow $op }
    };
    (@arm recv $usage:literal ($receiver:expr $(,)?) -> $pattern:pat => $($body:tt)*) => {
        $crate::queue_core_syntax_error! { @body recv $($body)* }
    };
    (@arm send $usage:literal ($sender:expr, $msg:expr $(,)?) -> $pattern:pat => $($body:tt)*) => {
        $crate::queue_core_syntax_error! { @body send $($body)* }
    };
    (@arm $op:ident $usage:literal ($($args:tt)*) -> $pattern:pat => $($body:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected ", $usage, ", found `", ::core::stringify!($op), "(",
            ::core::stringify!($($args)*), ")`"
        ))
    };
    (@arm $op:ident $usage:literal ($($args:tt)*) -> $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @arrow $op }
    };
    (@arm $op:ident $usage:literal ($($args:tt)*) $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!("missing `-> pattern` after ", $usage))
    };
    (@arm $op:ident $usage:literal $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected ", $usage, ", found no arguments after `", ::core::stringify!($op), "`"
        ))
    };
    (@arrow $op:ident) => {
        ::core::compile_error!(::core::concat!(
            "missing `=>`: expected `", ::core::stringify!($op), "(..) -> pattern => body`"
        ))
    };

    // `default`: its argument and `=>`.
    (@default $(($($args:tt)*))? -> $($rest:tt)*) => {
        ::core::compile_error!("a `default` arm has no result: expected `=>`, found `->`")
    };
    (@default $(($($timeout:expr $(,)?)?))? => $($body:tt)*) => {
        $crate::queue_core_syntax_error! { @body default $($body)* }
    };
    (@default ($($args:tt)*) => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `default` or `default(timeout)`, found `default(",
            ::core::stringify!($($args)*), ")`"
        ))
    };
    (@default $($rest:tt)*) => {
        ::core::compile_error!("missing `=>` after `default` or `default(timeout)`")
    };

    // What follows `=>`: nothing, the next arm at once, or a body that does not end well.
    (@body $op:ident $(, $($rest:tt)*)?) => {
        ::core::compile_error!(::core::concat!(
            "missing body after the `=>` of a `", ::core::stringify!($op), "` arm"
        ))
    };
    (@body $op:ident $next:ident $(($($args:tt)*))? -> $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @body $op }
    };
    (@body $op:ident $next:ident $(($($args:tt)*))? => $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { @body $op }
    };
    (@body $op:ident $body:expr; $($rest:tt)*) => {
        $crate::queue_core_syntax_error! { ; }
    };
    (@body $op:ident $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "missing `,` after the body of a `", ::core::stringify!($op), "` arm"
        ))
    };

    // No operation at all.
    ($other:tt $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `recv`, `send` or `default`, found `", ::core::stringify!($other), "`"
        ))
    };
}

/// Waits for one of several channel operations and runs the code that belongs to it.
///
/// ```text
/// select! {
///     recv(receiver) -> pattern => body,
///     send(sender, message) -> pattern => body,
///     default(timeout) => body,
/// }
/// ```
///
/// There may be any mix of up to 32 `recv` and `send` arms, in any order, and one `default` arm.
/// As in a `match`, a body is any expression, a comma follows it unless it is a block, and the
/// value of the chosen body is the value of `select!`.
///
/// * `recv(receiver) -> pattern` receives a message. The pattern gets a
///   [`Result<T, RecvError>`](crate::RecvError).
/// * `send(sender, message) -> pattern` sends a message. The pattern gets a
///   [`Result<(), SendError<T>>`](crate::SendError).
/// * `default` or `default()` is chosen if no operation is ready now. Without it, `select!` blocks.
/// * `default(timeout)` is chosen if no operation gets ready within this [`Duration`].
///
/// The patterns must be irrefutable: a name or `_`, say.
///
/// # Which arm is chosen
///
/// An operation is ready if it would not block. So **an operation on a disconnected channel is
/// ready**: a `send` fails at once, and a `recv` fails as soon as no message is left.
///
/// If several operations are ready, one of them is chosen at random. Use [`select_biased!`] to
/// choose the first one instead. Exactly one operation is carried out; the others have no effect.
///
/// # What is evaluated, and when
///
/// First the receivers and senders are evaluated, from top to bottom, then the timeout: each once,
/// before the wait. A handle may be given by value or by reference, or be anything else that
/// derefs to a [`Receiver`] or a [`Sender`]. A message is evaluated only after its `send` was
/// chosen. Temporaries in the handles, lock guards for instance, live until the body has ended.
///
/// [`Duration`]: core::time::Duration
/// [`Receiver`]: crate::Receiver
/// [`Sender`]: crate::Sender
/// [`select_biased!`]: crate::select_biased
///
/// # Panics
///
/// Panics if a message expression does not yield a message but leaves `select!` by `return`,
/// `break`, `continue` or `?`. (In all other places these are fine.)
///
/// # Examples
///
/// Receive from whichever channel has a message:
///
/// ```
/// use queue_core::{select, unbounded};
///
/// let (s1, r1) = unbounded();
/// let (_s2, r2) = unbounded::<&str>();
/// s1.send(7).unwrap();
///
/// let text = select! {
///     recv(r1) -> number => format!("number {}", number.unwrap()),
///     recv(r2) -> word => format!("word {}", word.unwrap()),
/// };
/// assert_eq!(text, "number 7");
/// ```
///
/// Send or receive:
///
/// ```
/// use queue_core::{bounded, select};
///
/// let (s1, r1) = bounded(1);
/// let (_s2, r2) = bounded::<i32>(1);
///
/// select! {
///     send(s1, "hello") -> result => assert!(result.is_ok()),
///     recv(r2) -> _ => unreachable!("nobody sends on this channel"),
/// }
/// assert_eq!(r1.recv(), Ok("hello"));
/// ```
///
/// Do not wait, or not for long:
///
/// ```
/// use queue_core::{select, unbounded};
/// use std::time::Duration;
///
/// let (s, r) = unbounded::<i32>();
///
/// select! {
///     recv(r) -> _ => unreachable!(),
///     default => println!("no message yet"),
/// }
/// select! {
///     recv(r) -> _ => unreachable!(),
///     default(Duration::from_millis(10)) => println!("still no message"),
/// }
///
/// // A disconnected channel is ready.
/// drop(s);
/// select! {
///     recv(r) -> message => assert!(message.is_err()),
///     default => unreachable!(),
/// }
/// ```
///
/// Merge two channels until both are disconnected. A receiver that [`never`](crate::never) gets a
/// message stands in for a channel that is done:
///
/// ```
/// use queue_core::{Receiver, never, select, unbounded};
///
/// fn sum(mut a: Receiver<i32>, mut b: Receiver<i32>) -> i32 {
///     let (mut sum, mut open) = (0, 2);
///     while open > 0 {
///         select! {
///             recv(a) -> message => match message {
///                 Ok(n) => sum += n,
///                 Err(_) => (a, open) = (never(), open - 1),
///             },
///             recv(b) -> message => match message {
///                 Ok(n) => sum += n,
///                 Err(_) => (b, open) = (never(), open - 1),
///             },
///         }
///     }
///     sum
/// }
///
/// let ((s1, r1), (s2, r2)) = (unbounded(), unbounded());
/// s1.send(1).unwrap();
/// s2.send(2).unwrap();
/// drop((s1, s2));
/// assert_eq!(sum(r1, r2), 3);
/// ```
#[macro_export]
macro_rules! select {
    ($($arms:tt)*) => {{
        const _IS_BIASED: bool = false;
        $crate::queue_core_internal! { $($arms)* }
    }};
}

/// Like [`select!`], but chooses the first arm in the text if several operations are ready.
///
/// Forms, results and panics are those of [`select!`]. Note that an arm which is always ready,
/// such as a `recv` on a disconnected channel, keeps all arms below it from ever being chosen.
///
/// [`select!`]: crate::select
///
/// # Examples
///
/// ```
/// use queue_core::{select_biased, unbounded};
///
/// let (urgent_s, urgent) = unbounded();
/// let (normal_s, normal) = unbounded();
/// normal_s.send("normal").unwrap();
/// urgent_s.send("urgent").unwrap();
///
/// for expected in ["urgent", "normal"] {
///     let message = select_biased! {
///         recv(urgent) -> message => message,
///         recv(normal) -> message => message,
///     };
///     assert_eq!(message, Ok(expected));
/// }
/// ```
#[macro_export]
macro_rules! select_biased {
    ($($arms:tt)*) => {{
        const _IS_BIASED: bool = true;
        $crate::queue_core_internal! { $($arms)* }
    }};
}
