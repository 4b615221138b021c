// Queues of C++ as C functions, for words only.
//
// Each queue is a struct with a constructor from the number of slots, producers and
// consumers, and with two operations that never wait; EXPORT makes C functions of them.
// Nothing may be thrown through these: `noexcept` ends the process instead.

#include <cstddef>
#include <cstdint>
#include <deque>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <concurrentqueue/concurrentqueue.h>
#include <oneapi/tbb/concurrent_queue.h>

namespace {

using Word = std::uint64_t;
using std::size_t;

// How many blocks a producer may fill, where the queue must not allocate.
template <size_t BLOCKS> struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
  static const size_t IMPLICIT_INITIAL_INDEX_SIZE = BLOCKS;
};

template <class Traits> struct Moodycamel {
  using Queue = moodycamel::ConcurrentQueue<Word, Traits>;

  struct alignas(128) Token {
    moodycamel::ConsumerToken token;
    explicit Token(Queue &queue) : token(queue) {}
  };

  Queue queue;
  std::deque<Token> tokens;

  // A producer with a token would keep its emptied blocks from all others.
  Moodycamel(size_t slots, size_t producers, size_t consumers)
      : queue(slots, 0, producers) {
    while (tokens.size() < consumers) tokens.emplace_back(queue);
  }

  bool try_push(Word word) { return queue.try_enqueue(word); }
  bool try_pop(size_t consumer, Word &word) {
    return queue.try_dequeue(tokens[consumer].token, word);
  }
};

using MoodycamelSmall = Moodycamel<moodycamel::ConcurrentQueueDefaultTraits>;
using MoodycamelLarge = Moodycamel<Traits<4096>>;

struct BoostQueue {
  boost::lockfree::queue<Word, boost::lockfree::fixed_sized<true>> queue;

  BoostQueue(size_t slots, size_t, size_t) : queue(slots) {}

  bool try_push(Word word) { return queue.push(word); }
  bool try_pop(size_t, Word &word) { return queue.pop(word); }
};

struct BoostSpsc {
  boost::lockfree::spsc_queue<Word> queue;

  BoostSpsc(size_t slots, size_t, size_t) : queue(slots) {}

  bool try_push(Word word) { return queue.push(word); }
  bool try_pop(size_t, Word &word) { return queue.pop(word); }
};

struct OneTbb {
  tbb::concurrent_bounded_queue<Word> queue;

  OneTbb(size_t slots, size_t, size_t) {
    queue.set_capacity(static_cast<std::ptrdiff_t>(slots));
  }

  bool try_push(Word word) { return queue.try_push(word); }
  bool try_pop(size_t, Word &word) { return queue.try_pop(word); }
};

} // namespace

#define EXPORT(NAME, TYPE)                                                     \
  void *NAME##_new(size_t slots, size_t producers, size_t consumers) noexcept { \
    return new TYPE(slots, producers, consumers);                              \
  }                                                                            \
  void NAME##_free(void *queue) noexcept { delete static_cast<TYPE *>(queue); } \
  bool NAME##_try_push(void *queue, Word word) noexcept {                      \
    return static_cast<TYPE *>(queue)->try_push(word);                         \
  }                                                                            \
  bool NAME##_try_pop(void *queue, size_t consumer, Word *word) noexcept {     \
    return static_cast<TYPE *>(queue)->try_pop(consumer, *word);               \
  }

extern "C" {

EXPORT(qb_moodycamel, MoodycamelSmall)
EXPORT(qb_moodycamel_large, MoodycamelLarge)
EXPORT(qb_boost_queue, BoostQueue)
EXPORT(qb_boost_spsc, BoostSpsc)
EXPORT(qb_onetbb, OneTbb)

void qb_onetbb_push(void *queue, Word word) noexcept {
  static_cast<OneTbb *>(queue)->queue.push(word);
}

Word qb_onetbb_pop(void *queue) noexcept {
  Word word = 0;
  static_cast<OneTbb *>(queue)->queue.pop(word);
  return word;
}
}
