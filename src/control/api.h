// One request to the API from its bytes to its answer: which operation, whose signature, what
// rights, what input; then the operation itself, on a reader or inside the writer's transaction.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/crypto.h"
#include "base/guarded.h"
#include "control/call.h"
#include "control/control.h"
#include "control/platform.h"
#include "wire/aws/errors.h"

namespace control {

class MetricStore;

class Api {
 public:
  Api(Platform& platform, MetricStore& metrics);
  ~Api();

  static bool is_api(const wire::http::Request& request);
  /// From any thread; answers on a worker's.
  void handle(ApiRequest request, Control::Reply reply);
  void call(OwnCall call, std::move_only_function<void(OwnAnswer)> done);
  void authorise(ApiRequest request, std::string operation,
                 std::move_only_function<void(std::optional<wire::http::Response>)> done);

 private:
  struct Work;
  struct Signer;

  void run(std::shared_ptr<Work> work, io::SqlConnection& sql);
  void check_input_and_execute(std::shared_ptr<Work> work, io::SqlConnection& sql);
  ApiResult<AccessKey> authenticate(const wire::http::Request& request, std::string_view service,
                                    io::SqlConnection& sql, base::WallTime now);
  /// `service_rate`: requests a second that the service allows, 0 if it does not say.
  ApiResult<void> throttle(const AccessKey& key, std::string_view operation, double service_rate,
                           io::SqlConnection& sql, base::WallTime now);
  void answer_logs(std::shared_ptr<Work> work);
  void execute(std::shared_ptr<Work> work, io::SqlConnection& sql);
  void count_usage(const AccessKey& key, base::WallTime now);

  Platform& platform_;
  MetricStore& metrics_;
  std::unique_ptr<Signer> signer_;
  /// Requests of keys with a daily limit, counted here and written down from time to time.
  struct Usage {
    std::int64_t day = 0;
    std::int64_t requests = 0;
    std::int64_t written = 0;
  };
  base::Guarded<std::map<std::string, Usage, std::less<>>> usage_;
};

/// The answer of an operation that succeeded or failed, with every header that the service sends.
wire::http::Response api_response(const Operation& operation, const boost::json::object& output,
                                  std::string_view request_id);
wire::http::Response api_error_response(const ApiError& error, std::uint16_t status,
                                        std::string_view request_id);

}  // namespace control
