//! Who runs next to whom in a round.
//!
//! A machine's speed drifts, so two contenders are comparable only if they ran
//! next to each other. In a round `core p1 p2 core p3 p4 core`, every peer has a
//! slice of queue-core right before or right after it, and is compared with that
//! one. Where several of our queues take part, each has its peers around it, in turn. The next round is the same backwards, so that each peer that ran after its
//! partner now runs before it: `core p1 … p1 core`, the four of an ABBA. A drift that is
//! even over the two rounds favours nobody. Then the peers are shuffled anew.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::contenders::{Contender, is_ours, yardstick};

/// One of our queues, and the peers that are compared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group<'a> {
    ours: Option<&'a str>,
    peers: Vec<&'a str>,
}

/// Each of our queues that takes part with its peers; if none does, all peers together.
pub(crate) fn groups<'a>(taking_part: &BTreeMap<&'a str, Contender>) -> Vec<Group<'a>> {
    let (ours, peers): (Vec<_>, Vec<_>) = taking_part.iter().partition(|(name, _)| is_ours(name));
    let compared_with = |wanted: Option<&str>| {
        let contenders = || ours.iter().map(|&(_, contender)| contender);
        let peers = peers
            .iter()
            .filter(|(_, peer)| wanted == yardstick(&peer.contract, contenders()));
        peers.map(|(name, _)| **name).collect()
    };
    if ours.is_empty() {
        return vec![Group {
            ours: None,
            peers: compared_with(None),
        }];
    }
    ours.iter()
        .map(|&(name, _)| Group {
            ours: Some(name),
            peers: compared_with(Some(name)),
        })
        .collect()
}

/// The order of the round with this number, counted over all launches of a cell.
pub(crate) fn round<'a>(groups: &[Group<'a>], number: u64, seed: u64) -> Vec<&'a str> {
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(number / 2));
    let mut groups: Vec<_> = groups.iter().collect();
    groups.shuffle(&mut random);
    let groups = groups.into_iter();
    let mut order: Vec<_> = groups
        .flat_map(|group| forwards(group, &mut random))
        .collect();
    if !number.is_multiple_of(2) {
        order.reverse();
    }
    order
}

/// The peers at random, with ours around every two of them; without ours, just the peers.
fn forwards<'a>(group: &Group<'a>, random: &mut impl Rng) -> Vec<&'a str> {
    let mut peers = group.peers.clone();
    peers.shuffle(random);
    let Some(ours) = group.ours else { return peers };
    let mut order = vec![ours];
    for pair in peers.chunks(2) {
        order.extend(pair);
        if pair.len() == 2 {
            order.push(ours);
        }
    }
    order
}

/// How many slices a round of them has.
pub(crate) fn slices(groups: &[Group<'_>]) -> usize {
    let slices = |group: &Group<'_>| {
        let peers = group.peers.len();
        peers + group.ours.map_or(0, |_| peers / 2 + 1)
    };
    groups.iter().map(slices).sum()
}

/// The slice of ours that the one at `index` is compared with, if there is any.
pub(crate) fn partner(order: &[impl AsRef<str>], index: usize, ours: &str) -> Option<usize> {
    let is_ours = |&at: &usize| order.get(at).is_some_and(|name| name.as_ref() == ours);
    [Some(index), index.checked_sub(1), index.checked_add(1)]
        .into_iter()
        .flatten()
        .find(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{self, OUR_CHANNEL, OUR_SPSC_RING, OURS};
    use crate::contract::Mode;

    const PEERS: [&str; 5] = ["a", "b", "c", "d", "e"];

    /// So many peers of either of our queues.
    fn groups_of(ring_peers: usize, channel_peers: usize) -> Vec<Group<'static>> {
        vec![
            Group {
                ours: Some(OURS),
                peers: PEERS[..ring_peers].to_vec(),
            },
            Group {
                ours: Some(OUR_CHANNEL),
                peers: PEERS[PEERS.len() - channel_peers..].to_vec(),
            },
        ]
    }

    /// Where a peer stands in the order, and its partner.
    fn place(order: &[&str], peer: &str, ours: &str) -> (usize, usize) {
        let places: Vec<_> = (0..order.len()).filter(|&i| order[i] == peer).collect();
        assert_eq!(places.len(), 1, "{peer} in {order:?}");
        let partner = partner(order, places[0], ours).expect("a partner");
        assert_eq!((order[partner], partner.abs_diff(places[0])), (ours, 1));
        (places[0], partner)
    }

    #[test]
    fn every_peer_runs_once_and_beside_the_one_of_ours_that_it_is_compared_with() {
        for count in 0..=PEERS.len() {
            let groups = groups_of(count, PEERS.len() - count);
            for number in 0..50 {
                let order = round(&groups, number, 1);
                assert_eq!(order.len(), slices(&groups));
                for (index, peer) in PEERS.iter().enumerate() {
                    let ours = if index < count { OURS } else { OUR_CHANNEL };
                    place(&order, peer, ours);
                }
            }
        }
    }

    #[test]
    fn who_came_after_its_partner_comes_before_it_next_time() {
        let groups = groups_of(2, 3);
        for number in (0..20).step_by(2) {
            let [there, back] = [0, 1].map(|half| round(&groups, number + half, 3));
            assert!(there.iter().eq(back.iter().rev()));
            for (index, peer) in PEERS.iter().enumerate() {
                let ours = if index < 2 { OURS } else { OUR_CHANNEL };
                let after = |order: &[&str]| {
                    let (place, partner) = place(order, peer, ours);
                    place > partner
                };
                assert_ne!(after(&there), after(&back), "{peer} in {there:?}");
            }
        }
    }

    #[test]
    fn our_own_slices_are_their_own_partners() {
        assert_eq!(partner(&[OURS, "a", "b", OURS], 3, OURS), Some(3));
    }

    #[test]
    fn without_ours_there_are_no_partners() {
        let groups = [Group {
            ours: None,
            peers: PEERS.to_vec(),
        }];
        let order = round(&groups, 0, 2);
        assert_eq!((order.len(), slices(&groups)), (PEERS.len(), PEERS.len()));
        assert_eq!(partner(&order, 2, OURS), None);
    }

    #[test]
    fn the_seed_decides_the_order() {
        let of = |seed| round(&groups_of(3, 2), 0, seed);
        assert_eq!(of(7), of(7));
        assert!((0..20).any(|seed| of(seed) != of(7)));
    }

    #[test]
    fn peers_stand_around_the_one_of_ours_that_is_made_for_their_contract() {
        let all = contenders::all();
        let group_of = |mode: Mode, names: &[&str]| {
            let chosen = all.iter().filter(|contender| {
                contender.contract.mode == mode
                    && contender.kind == crate::cells::Kind::Buffered
                    && names.contains(&contender.name)
            });
            groups(
                &chosen
                    .map(|contender| (contender.name, *contender))
                    .collect(),
            )
        };
        let group = |ours, peers: &[&'static str]| Group {
            ours,
            peers: peers.to_vec(),
        };
        assert_eq!(
            group_of(
                Mode::Try,
                &[
                    OURS,
                    OUR_CHANNEL,
                    OUR_SPSC_RING,
                    "rtrb",
                    "kanal",
                    "crossbeam-queue"
                ]
            ),
            [
                group(Some(OURS), &["crossbeam-queue"]),
                group(Some(OUR_CHANNEL), &["kanal"]),
                group(Some(OUR_SPSC_RING), &["rtrb"])
            ]
        );
        assert_eq!(
            group_of(Mode::Block, &[OURS, OUR_CHANNEL, "kanal"]),
            [group(Some(OURS), &["kanal"])]
        );
        assert_eq!(group_of(Mode::Async, &["kanal"]), [group(None, &["kanal"])]);
    }
}
