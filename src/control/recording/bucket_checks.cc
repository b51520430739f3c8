#include "control/recording/bucket_checks.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "io/timer.h"

namespace control {
struct BucketChecks::Attempt {
  explicit Attempt(io::Loop& loop) : timer(loop) {}

  io::ObjectName name;
  std::unique_ptr<io::ObjectStore::Pending> pending;
  io::Timer timer;
};

BucketChecks::BucketChecks(io::Loop& loop, io::SqlWorkers& sql, MakeStore make_store,
                           base::Duration patience)
    : loop_(loop), sql_(sql), make_store_(std::move(make_store)), patience_(patience) {}

BucketChecks::~BucketChecks() = default;

void BucketChecks::check(std::string configuration, std::string bucket) {
  loop_.post([this, configuration = std::move(configuration), bucket = std::move(bucket)] {
    begin(configuration, bucket);
  });
}

void BucketChecks::start() {
  if (!is_needed()) return;
  store_ = make_store_();
  if (store_ == nullptr) return;
  const bool taken = sql_.read([this](io::SqlConnection& sql) {
    auto rows = sql.run("SELECT id, bucket FROM recording_configurations WHERE state = 'CREATING'");
    if (!rows) return;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      check(rows->text(row, 0), rows->text(row, 1));
    }
  });
  if (!taken) base::log_warn("recording configurations wait for the next start", {});
}

void BucketChecks::stop() {
  attempts_.clear();
  store_.reset();
}

void BucketChecks::begin(std::string configuration, std::string bucket) {
  if (store_ == nullptr) return;
  const auto [entry, is_new] =
      attempts_.try_emplace(configuration, std::make_unique<Attempt>(loop_));
  if (!is_new) return;
  Attempt& attempt = *entry->second;
  attempt.name = {std::move(bucket),
                  fmt::format("rostrum/v1/check/{}", base::random_alphanumeric(12))};
  attempt.timer.start(patience_, [this, configuration] {
    finish(configuration, base::fail(base::ErrorCode::kTimeout, "the store did not answer"));
  });
  io::PutObject object{.name = attempt.name,
                       .content = {base::Slice::take(std::string("Rostrum may write here.\n"))},
                       .content_type = "text/plain"};
  attempt.pending = store_->put(std::move(object), [this, configuration](auto written) {
    if (written) {
      clean_up(configuration);
    } else {
      finish(configuration, std::move(written));
    }
  });
}

void BucketChecks::clean_up(const std::string& configuration) {
  Attempt& attempt = *attempts_.at(configuration);
  attempt.pending = store_->remove(attempt.name, [this, configuration](auto removed) {
    finish(configuration, std::move(removed));
  });
}

void BucketChecks::finish(const std::string& configuration, base::Expected<void> result) {
  if (!result) {
    base::log_warn("a recording configuration's bucket cannot be used",
                   {{"configuration", configuration}, {"reason", result.error().message}});
  }
  const std::string id = configuration;  // what it refers to may go with the attempt
  attempts_.erase(id);
  sql_.write(
      [id, state = std::string(result ? "ACTIVE" : "CREATE_FAILED")](
          io::SqlConnection& sql) -> base::Expected<void> {
        auto written = sql.run(
            "UPDATE recording_configurations SET state = $2 WHERE id = $1 AND state = 'CREATING'",
            {id, state});
        if (!written) return base::fail(std::move(written.error()));
        return {};
      },
      [id](base::Expected<void> written) {
        if (!written) {
          base::log_error("a recording configuration's state was not written",
                          {{"configuration", id}, {"reason", written.error().message}});
        }
      });
}

}  // namespace control
