// Read by the build script after the preprocessor: which packages are missing, and
// the versions of those that say theirs.

#if !__has_include(<concurrentqueue/concurrentqueue.h>)
MISSING libconcurrentqueue-dev
#endif

#if __has_include(<boost/lockfree/queue.hpp>)
#include <boost/version.hpp>
VERSION_BOOST BOOST_LIB_VERSION
#else
MISSING libboost-dev
#endif

#if __has_include(<oneapi/tbb/concurrent_queue.h>)
#include <oneapi/tbb/version.h>
VERSION_ONETBB TBB_VERSION_MAJOR.TBB_VERSION_MINOR.TBB_VERSION_PATCH
#else
MISSING libtbb-dev
#endif
