#include "control/metric_store.h"

#include <optional>
#include <utility>

#include "base/log.h"
#include "control/cloudwatch.h"
#include "control/cloudwatch_wire.h"
#include "control/metric_prometheus.h"
#include "control/metric_rollup.h"
#include "control/metric_tables.h"
#include "io/sql_workers.h"

namespace control {
namespace {

// Rows that one write puts down: requests that write wait for no more than these.
constexpr std::size_t kRowsAtOnce = 100;

void report(std::string_view what, const base::Error& error) {
  // The workers end: what is missing is made up for at the next start.
  if (error.code == base::ErrorCode::kClosed) return;
  base::log_warn("metrics.not_stored", {{"what", what}, {"reason", error.message}});
}

// The roll-up is a chain of tasks, each of which starts the next one: a step is computed by a
// reader, written in small pieces, marked as done; then comes the next step. Nothing but the
// workers has to outlive it. It is tried again in the next minute if something fails.
void roll_up(io::SqlWorkers& sql, std::int64_t horizon);

// Shared by the writes of one step, which only read it.
using Step = std::shared_ptr<const RollupStep>;

void write_step(io::SqlWorkers& sql, std::int64_t horizon, Step step, std::size_t first) {
  const bool is_last = first >= rows_of(*step);
  sql.write(
      [step, first, is_last](io::SqlConnection& connection) {
        return is_last ? finish_rollup(connection, *step)
                       : write_rollup(connection, *step, first, kRowsAtOnce);
      },
      [&sql, horizon, step, first, is_last](base::Expected<void> done) {
        if (!done) return report("roll-up", done.error());
        if (is_last) return roll_up(sql, horizon);
        write_step(sql, horizon, step, first + kRowsAtOnce);
      });
}

void roll_up(io::SqlWorkers& sql, std::int64_t horizon) {
  // A queue that is full, or workers that end, leave the work to the next minute.
  (void)sql.read([&sql, horizon](io::SqlConnection& connection) {
    if (auto begun = connection.begin(false); !begun) return report("roll-up", begun.error());
    auto step = next_rollup(connection, horizon);
    connection.rollback();
    if (!step) return report("roll-up", step.error());
    if (*step) {
      return write_step(sql, horizon, std::make_shared<const RollupStep>(std::move(**step)), 0);
    }
    sql.write([horizon](io::SqlConnection& writer) { return prune_metrics(writer, horizon); },
              [](base::Expected<void> done) {
                if (!done) report("removal of old periods", done.error());
              });
  });
}

// What the query protocol calls the errors that every service has; others are called alike.
std::string_view query_code(std::string_view name) {
  struct Row {
    std::string_view name;
    std::string_view code;
  };
  static constexpr Row kRows[] = {
      {"AccessDeniedException", "AccessDenied"},
      {"ExpiredTokenException", "ExpiredToken"},
      {"InternalServerException", "InternalFailure"},
      {"InvalidSignatureException", "SignatureDoesNotMatch"},
      {"ThrottlingException", "Throttling"},
      {"UnrecognizedClientException", "InvalidClientTokenId"},
      {"ValidationException", "ValidationError"},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return name;
}

class Store final : public MetricStore {
 public:
  Store(io::SqlWorkers& sql, Home home, CountryOf country_of)
      : sql_(sql),
        home_(std::move(home)),
        country_of_(std::move(country_of)),
        prometheus_(country_of_) {}

  void sample(const std::vector<live::StreamStatus>& streams, base::WallTime now,
              const ChatStatus& chat, const RecordedSeconds& recorded) override {
    const std::optional<std::int64_t> at = place_in_time(now);
    if (!at) return;
    Board board = measure(streams, country_of_, now, elapsed(now));
    repairs_.measure(streams, board);
    chat_.measure(chat, board);
    measure_recorded(recorded, board);
    last_at_ = *at;
    last_now_ = now;
    prometheus_.count(board);
    const std::int64_t horizon = round_down(*at, kMinute);
    const bool new_minute = horizon != horizon_;
    horizon_ = horizon;
    if (board.empty() && !new_minute) return;
    // The roll-up begins when this write is done, and with it all that were before it.
    sql_.write(
        [at = *at, data = encode_board(board)](io::SqlConnection& connection) {
          return data.empty() ? base::Expected<void>{} : insert_tick(connection, at, data);
        },
        [&sql = sql_, new_minute, horizon](base::Expected<void> done) {
          if (!done) report("sample", done.error());
          if (new_minute) roll_up(sql, horizon);
        });
  }

  std::string prometheus_text(const std::vector<live::StreamStatus>& streams,
                              const ChatStatus& chat) const override {
    return prometheus_.text(streams) + chat_prometheus_text(chat);
  }

  wire::http::Response answer(io::SqlConnection& sql, const wire::http::Request& request,
                              base::WallTime now) override {
    return answer_cloudwatch(request, {.sql = sql, .home = home_, .now = now});
  }

 private:
  // The sample's place on the grid of 5 s. A timer that shakes a little around the edge of a place
  // must not use one twice and leave the next one empty: so the next place is taken as long as
  // `now` is near it. Nothing if the clock went back: that time has been told.
  std::optional<std::int64_t> place_in_time(base::WallTime now) const {
    const std::int64_t seconds = to_seconds(now);
    const std::int64_t here = round_down(seconds, kTick);
    if (!last_at_) return here;
    const std::int64_t next = *last_at_ + kTick;
    if (here <= next && seconds >= next - kTick / 2) return next;
    if (here > next && seconds < next + kTick + kTick / 2) return next;
    return here > *last_at_ ? std::optional(here) : std::nullopt;
  }

  // What one sample stands for: a pause (the program stood still) is not made up.
  base::Duration elapsed(base::WallTime now) const {
    constexpr base::Duration kUsual = std::chrono::seconds(kTick);
    if (!last_now_ || now <= *last_now_) return kUsual;
    return std::min<base::Duration>(now - *last_now_, 2 * kUsual);
  }

  io::SqlWorkers& sql_;
  const Home home_;
  const CountryOf country_of_;
  PrometheusSeries prometheus_;
  ChatMeter chat_;
  RepairMeter repairs_;
  std::optional<std::int64_t> last_at_;
  std::optional<base::WallTime> last_now_;
  std::int64_t horizon_ = 0;
};

}  // namespace

std::unique_ptr<MetricStore> MetricStore::create(io::SqlWorkers& sql, Home home,
                                                 CountryOf country_of) {
  return std::make_unique<Store>(sql, std::move(home), std::move(country_of));
}

bool MetricStore::is_request(const wire::http::Request& request) {
  return cloudwatch_protocol(request).has_value();
}

wire::http::Response MetricStore::refuse(const wire::http::Request& request, std::string_view name,
                                         std::uint16_t status, const std::string& message) {
  return refuse_cloudwatch(request,
                           {std::string(name), std::string(query_code(name)), message, status});
}

}  // namespace control
