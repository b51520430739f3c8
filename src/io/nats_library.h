// What the publisher and the reader of NATS share of how they use the library. For io/nats*.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "io/nats_names.h"

// The library's own names of its types.
struct __jsCtx;           // NOLINT(bugprone-reserved-identifier)
struct __natsConnection;  // NOLINT(bugprone-reserved-identifier)
struct __natsMsg;         // NOLINT(bugprone-reserved-identifier)
struct __natsOptions;     // NOLINT(bugprone-reserved-identifier)

namespace io::nats {

struct DestroyOptions {
  void operator()(__natsOptions* options) const;
};
struct DestroyContext {
  void operator()(__jsCtx* context) const;
};
struct DestroyMessage {
  void operator()(__natsMsg* message) const;
};
struct CloseConnection {
  void operator()(__natsConnection* connection) const;
};
using OptionsHandle = std::unique_ptr<__natsOptions, DestroyOptions>;
using ContextHandle = std::unique_ptr<__jsCtx, DestroyContext>;
using MessageHandle = std::unique_ptr<__natsMsg, DestroyMessage>;
using ConnectionHandle = std::unique_ptr<__natsConnection, CloseConnection>;

inline constexpr std::chrono::milliseconds kReconnectWait{250};

/// At least one, as the library wants it.
std::int64_t in_milliseconds(std::chrono::milliseconds duration);

/// Servers, time-outs and TLS; nothing is printed by the library. Null if it refuses.
OptionsHandle make_options(const NatsServers& servers, const std::string& trusted);

/// The library calls back from its own threads, also after a connection was destroyed. It gets
/// numbers instead of pointers, and a number that is not here any more leads nowhere.
class Registry {
 public:
  static Registry& instance();
  std::uintptr_t add(std::weak_ptr<void> target);
  void remove(std::uintptr_t number);
  std::shared_ptr<void> find(std::uintptr_t number);

  /// A number as the library carries it.
  static void* closure(std::uintptr_t number);
  template <class Target>
  static std::shared_ptr<Target> find(void* closure) {
    return std::static_pointer_cast<Target>(instance().find(number_of(closure)));
  }

 private:
  static std::uintptr_t number_of(void* closure);

  std::mutex mutex_;
  std::map<std::uintptr_t, std::weak_ptr<void>> targets_;  // guarded by mutex_
  std::uintptr_t last_ = 0;                                // guarded by mutex_
};

}  // namespace io::nats
