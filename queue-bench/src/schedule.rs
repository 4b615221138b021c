//! Who runs next to whom in a round.
//!
//! A machine's speed drifts, so two contenders are comparable only if they ran
//! next to each other. In a round `core p1 p2 core p3 p4 core`, every peer has a
//! slice of queue-core right before or right after it, and is compared with that
//! one. The next round is the same backwards, so that each peer that ran after its
//! partner now runs before it: `core p1 … p1 core`, the four of an ABBA. A drift that is
//! even over the two rounds favours nobody. Then the peers are shuffled anew.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::contenders::OURS;

/// The order of the round with this number, counted over all launches of a cell.
pub(crate) fn round<'a>(
    ours: Option<&'a str>,
    peers: &[&'a str],
    number: u64,
    seed: u64,
) -> Vec<&'a str> {
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(number / 2));
    let mut order = forwards(ours, peers, &mut random);
    if !number.is_multiple_of(2) {
        order.reverse();
    }
    order
}

/// The peers at random, with ours around every two of them; without ours, just the peers.
fn forwards<'a>(ours: Option<&'a str>, peers: &[&'a str], random: &mut impl Rng) -> Vec<&'a str> {
    let mut peers = peers.to_vec();
    peers.shuffle(random);
    let Some(ours) = ours else { return peers };
    let mut order = vec![ours];
    for pair in peers.chunks(2) {
        order.extend(pair);
        if pair.len() == 2 {
            order.push(ours);
        }
    }
    order
}

/// How many slices a round with that many peers has.
pub(crate) fn slices(peers: usize) -> usize {
    peers + peers / 2 + 1
}

/// The slice of ours that the one at `index` is compared with, if there is any.
pub(crate) fn partner(order: &[impl AsRef<str>], index: usize) -> Option<usize> {
    let is_ours = |&at: &usize| order.get(at).is_some_and(|name| name.as_ref() == OURS);
    [Some(index), index.checked_sub(1), index.checked_add(1)]
        .into_iter()
        .flatten()
        .find(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEERS: [&str; 5] = ["a", "b", "c", "d", "e"];

    #[test]
    fn every_peer_runs_once_and_beside_ours() {
        for count in 0..=PEERS.len() {
            for number in 0..50 {
                let order = round(Some(OURS), &PEERS[..count], number, 1);
                assert_eq!(order.len(), slices(count));
                for peer in &PEERS[..count] {
                    let places: Vec<_> = (0..order.len()).filter(|&i| order[i] == *peer).collect();
                    assert_eq!(places.len(), 1);
                    let partner = partner(&order, places[0]).expect("a partner");
                    assert_eq!(order[partner], OURS);
                    assert_eq!(partner.abs_diff(places[0]), 1);
                }
            }
        }
    }

    #[test]
    fn who_came_after_its_partner_comes_before_it_next_time() {
        for number in (0..20).step_by(2) {
            let [there, back] = [0, 1].map(|half| round(Some(OURS), &PEERS, number + half, 3));
            assert!(there.iter().eq(back.iter().rev()));
            // An odd peer at the end has its partner on the same side of it both times, and so on.
            for peer in PEERS {
                let after = |order: &[&str]| {
                    let place = order.iter().position(|name| *name == peer).unwrap();
                    place > partner(order, place).unwrap()
                };
                assert_ne!(after(&there), after(&back), "{peer} in {there:?}");
            }
        }
    }

    #[test]
    fn our_own_slices_are_their_own_partners() {
        assert_eq!(partner(&[OURS, "a", "b", OURS], 3), Some(3));
    }

    #[test]
    fn without_ours_there_are_no_partners() {
        let order = round(None, &PEERS, 0, 2);
        assert_eq!(order.len(), PEERS.len());
        assert_eq!(partner(&order, 2), None);
    }

    #[test]
    fn the_seed_decides_the_order() {
        let of = |seed| round(Some(OURS), &PEERS, 0, seed);
        assert_eq!(of(7), of(7));
        assert!((0..20).any(|seed| of(seed) != of(7)));
    }
}
