// Calls operations of a running server's API, signed, one after another; each call waits for its
// answer. For the command line: made, used and destroyed on one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/model.h"

namespace boost::json {
class object;
}

namespace server::ctl {

/// Exit codes of commands.
inline constexpr int kApiFailed = 1;         // the server refused
inline constexpr int kWrongUse = 2;          // of the command
inline constexpr int kConnectionFailed = 3;  // no answer, or none of the API

struct Failure {
  int exit_code = kWrongUse;
  std::string message;
  std::string error = {};  // the API's name of it: "ValidationException"
};
template <class T>
using Result = std::expected<T, Failure>;
/// What the person at the terminal got wrong.
inline std::unexpected<Failure> wrong_use(std::string message) {
  return std::unexpected(Failure{kWrongUse, std::move(message)});
}

struct Access {
  std::string endpoint = {};
  std::string access_key_id = {};
  std::string secret_access_key = {};  // secret
  std::string session_token = {};      // secret; empty: none
  std::string region = {};
  bool insecure = false;  // accept any certificate
};

/// One operation as an HTTP request, before it is signed.
struct CallText {
  std::string target;  // path and query
  std::string body;    // empty: none
};
/// Places the members where the model says: path, query or body. kWrongUse if one that the path
/// needs is missing or no text.
Result<CallText> write_call(const control::Operation& operation, const boost::json::object& input);

/// The members of an answer, or its error, from status, X-Amzn-ErrorType and body.
Result<boost::json::object> read_answer(std::uint16_t status, std::string_view error_type,
                                        std::string_view body);

class Client {
 public:
  /// kWrongUse if the endpoint is no http(s) URL of a server.
  static Result<std::unique_ptr<Client>> create(Access access);
  virtual ~Client() = default;

  virtual Result<boost::json::object> call(const control::Operation& operation,
                                           const boost::json::object& input) = 0;
  /// The pages of a list as one answer; `progress` gets the number of entries after each page.
  /// Waits and asks again when the server says that this is too fast.
  Result<boost::json::object> call_all(const control::Operation& operation,
                                       const boost::json::object& input,
                                       const std::function<void(std::size_t)>& progress = {});

 private:
  virtual void pause(std::chrono::milliseconds time) = 0;
  Result<boost::json::object> call_patiently(const control::Operation& operation,
                                             const boost::json::object& input);
};

}  // namespace server::ctl
