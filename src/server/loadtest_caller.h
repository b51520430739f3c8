// One caller of the API in a load test: a connection on which it sends one signed request after
// another. Owned by its worker, on the worker's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/model.h"
#include "io/address.h"
#include "io/loop.h"
#include "io/timer.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_client.h"
#include "server/loadtest_statistics.h"
#include "wire/aws/sigv4.h"

namespace server::loadtest {

/// What the callers of one worker have counted so far.
struct CallFigures {
  std::uint64_t answers = 0;  // good ones
  std::uint64_t bytes = 0;    // that came in
  std::uint64_t open = 0;     // requests that are still to be answered, if their number is bounded
  bool bounded = false;
  base::Duration last{};  // of the last answer, since the start
  Failures failures;      // by the API's name of the error
  Histogram latency;

  bool is_complete() const { return bounded && open == 0; }
  void merge(const CallFigures& other);
};

/// The requests of a test: the same operation with an input that may hold {n}.
class CallPattern {
 public:
  /// kInvalid if the input is no JSON object, or lacks what the operation's path needs.
  static base::Expected<CallPattern> create(const control::Operation& operation, std::string input,
                                            std::vector<std::string> values);

  /// The octets of request `number` (from 1 on), signed.
  base::Expected<base::Slice> request(std::uint64_t number, const Target& target,
                                      const wire::aws::Credentials& credentials,
                                      std::string_view region, base::WallTime now) const;
  wire::http::Method method() const { return wire::http::method_from(operation_->method); }

 private:
  struct Text {
    std::string target;
    std::string body;
  };
  CallPattern(const control::Operation& operation, std::string input,
              std::vector<std::string> values)
      : operation_(&operation), input_(std::move(input)), values_(std::move(values)) {}
  base::Expected<Text> text(std::uint64_t number) const;

  const control::Operation* operation_;
  std::string input_;
  std::vector<std::string> values_;
  std::optional<Text> fixed_;  // without {n}
};

/// "ResourceNotFoundException" from an answer's body, or its status.
std::string error_name(std::uint16_t status, std::string_view body);

class LoadCaller final : private LoadConnection::Listener {
 public:
  struct Options {
    const Target* target = nullptr;
    const io::TlsContext* tls = nullptr;
    const CallPattern* pattern = nullptr;
    const wire::aws::Credentials* credentials = nullptr;
    std::string_view region;
    std::optional<io::Address> source;
    /// Numbers of its requests: first, first + stride, ... up to last.
    std::uint64_t first = 1;
    std::uint64_t stride = 1;
    std::uint64_t last = 0;  // 0: no end
  };
  /// What the options point to and the figures outlive the caller.
  LoadCaller(io::Loop& loop, const Options& options, CallFigures& figures);

  /// `began` is when the test did.
  void start(base::MonotonicTime began);
  void close();

 private:
  void on_body(LoadConnection& from, std::uint16_t status, base::ByteSpan data) override;
  void on_answer(LoadConnection& from, std::uint16_t status) override;
  void on_failed(LoadConnection& from, std::string_view reason) override;

  void next();
  void end_one(std::string_view failure);

  const Options options_;
  CallFigures& figures_;
  LoadConnection connection_;
  std::string error_body_;
  std::uint64_t number_;
  base::MonotonicTime began_{};
  base::MonotonicTime sent_{};
  io::Timer retry_;
};

}  // namespace server::loadtest
