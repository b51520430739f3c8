// A nats-server of a test's own, on a free port, which can be killed and started again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "io/files.h"
#include "io/io_test_support.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/process.h"

namespace io::test {

class NatsServer final : Process::Handler {
 public:
  static constexpr const char* kUser = "me";
  static constexpr const char* kPassword = "hunter2";

  explicit NatsServer(Loop& loop) : loop_(loop), folder_(TemporaryDirectory::create()) {
    CHECK(folder_.has_value());
    auto sockets = bind_tcp("127.0.0.1", 0, 1);
    CHECK(sockets.has_value());
    Listener free_port(loop, std::move(sockets->front()), [](Socket) {});
    port_ = free_port.local_port();
  }

  void start(std::vector<std::string> more = {"-js"}) {
    ready_ = exited_ = false;
    std::vector<std::string> arguments = {
        "nats-server", "-a",  "127.0.0.1", "-p",     std::to_string(port_), "-sd", folder_->path(),
        "--user",      kUser, "--pass",    kPassword};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto spawned = Process::spawn(
        loop_, {.arguments = std::move(arguments), .environment = {"PATH=/usr/sbin:/usr/bin:/bin"}},
        *this);
    CHECK(spawned.has_value());
    process_ = std::move(*spawned);
    CHECK(drive(loop_, [&] { return ready_ || exited_; }));
    CHECK(ready_);
  }
  void kill() {
    process_->kill();
    CHECK(drive(loop_, [&] { return exited_; }));
  }
  std::string url(const std::string& scheme = "nats", const std::string& password = kPassword,
                  const std::string& host = "127.0.0.1") {
    return scheme + "://" + kUser + ":" + password + "@" + host + ":" + std::to_string(port_);
  }
  std::string file(const std::string& name, const std::string& content) {
    const std::string path = folder_->path() + "/" + name;
    CHECK(write_file_atomic(path, base::as_bytes(content), 0600).has_value());
    return path;
  }

 private:
  void on_line(Process::Output, std::string_view line) override {
    if (line.find("Server is ready") != line.npos) ready_ = true;
  }
  void on_exit(Process::ExitStatus) override { exited_ = true; }

  Loop& loop_;
  base::Expected<TemporaryDirectory> folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
  bool ready_ = false;
  bool exited_ = false;
};

}  // namespace io::test
