//! Who runs next to whom in a round.
//!
//! A machine's speed drifts, so two contenders are comparable only if they ran
//! next to each other. In a round `core p1 p2 core p3 p4 core`, every peer has a
//! slice of queue-core right before or right after it, and is compared with that
//! one. The peers are shuffled in each round, so that each is as often before its
//! partner as after it.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::contenders::OURS;

/// The order of a round: the peers at random, with ours around every two of them.
///
/// Without `ours`, just the peers.
pub(crate) fn round<'a>(
    ours: Option<&'a str>,
    peers: &[&'a str],
    random: &mut impl Rng,
) -> Vec<&'a str> {
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
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const PEERS: [&str; 5] = ["a", "b", "c", "d", "e"];

    #[test]
    fn every_peer_runs_once_and_beside_ours() {
        let mut random = StdRng::seed_from_u64(1);
        for count in 0..=PEERS.len() {
            for _ in 0..50 {
                let order = round(Some(OURS), &PEERS[..count], &mut random);
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
    fn our_own_slices_are_their_own_partners() {
        assert_eq!(partner(&[OURS, "a", "b", OURS], 3), Some(3));
    }

    #[test]
    fn without_ours_there_are_no_partners() {
        let mut random = StdRng::seed_from_u64(2);
        let order = round(None, &PEERS, &mut random);
        assert_eq!(order.len(), PEERS.len());
        assert_eq!(partner(&order, 2), None);
    }

    #[test]
    fn the_seed_decides_the_order() {
        let of = |seed| round(Some(OURS), &PEERS, &mut StdRng::seed_from_u64(seed));
        assert_eq!(of(7), of(7));
        assert!((0..20).any(|seed| of(seed) != of(7)));
    }
}
