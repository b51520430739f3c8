// Rooms that are logged, for tests: their rows, what is said in them, and a store that does as it
// is told.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "control/chat_history.h"
#include "control/chat_log_line.h"
#include "control/chat_log_store.h"
#include "control/schema.h"
#include "io/loop.h"
#include "io/object_store.h"
#include "io/sql.h"

namespace control::test {

/// A whole hour.
inline constexpr base::WallTime kChatStart{std::chrono::seconds(1'800'000'000)};

inline base::WallTime chat_time(base::Duration after) {
  return kChatStart + std::chrono::floor<std::chrono::microseconds>(after);
}

/// Something said in a room that long after kChatStart.
inline chat::Entry said(const std::string& room, base::Duration after,
                        chat::Entry::Kind kind = chat::Entry::Kind::kMessage) {
  const base::WallTime at = chat_time(after);
  const std::int64_t position = at.time_since_epoch().count() * 1000;
  return {.room = chat::RoomId(room),
          .kind = kind,
          .position = position,
          .id = fmt::format("{:012}", position / 1'000'000 % 1'000'000'000'000),
          .at = at,
          .payload = base::Slice::take(fmt::format(R"({{"Content":"at {}"}})", position))};
}

inline std::string lines_of(const std::vector<chat::Entry>& entries) {
  std::string out;
  for (const chat::Entry& entry : entries) out += chat_log_line(entry) + "\n";
  return out;
}

/// Writes the rows of tests, in transactions of their own.
class ChatRows {
 public:
  explicit ChatRows(std::unique_ptr<io::SqlConnection> sql) : sql_(std::move(sql)) {
    CHECK(migrate_schema(*sql_).has_value());
  }

  io::SqlConnection& sql() { return *sql_; }
  template <class Work>
  void write(Work work) {
    CHECK(sql_->begin(true).has_value());
    const auto done = work(*sql_);
    CHECK(done.has_value());
    CHECK(sql_->commit().has_value());
  }
  io::SqlResult run(std::string_view statement, std::vector<io::SqlValue> values = {}) {
    auto done = sql_->run(statement, values);
    CHECK(done.has_value());
    return std::move(*done);
  }

  void configuration(const std::string& id, const std::string& destination) {
    run("INSERT INTO logging_configurations (id, name, destination, tags, created_at, updated_at) "
        "VALUES ($1, '', $2, '{}', 0, 0)",
        {id, destination});
  }
  void s3_configuration(const std::string& id, const std::string& bucket) {
    configuration(id, fmt::format(R"({{"s3":{{"bucketName":"{}"}}}})", bucket));
  }
  void firehose_configuration(const std::string& id, const std::string& stream) {
    configuration(id, fmt::format(R"({{"firehose":{{"deliveryStreamName":"{}"}}}})", stream));
  }
  void room(const std::string& id, const std::vector<std::string>& configurations,
            base::Duration updated_after = {}) {
    run("INSERT INTO rooms (id, name, max_rate, max_length, review_uri, review_fallback, "
        "moderation, pinned, tags, created_at, updated_at) "
        "VALUES ($1, '', 10, 500, '', 'ALLOW', '{}', '', '{}', 0, $2)",
        {id, chat_time(updated_after).time_since_epoch().count()});
    attach(id, configurations);
  }
  void attach(const std::string& room, const std::vector<std::string>& configurations) {
    run("DELETE FROM room_logging WHERE room_id = $1", {room});
    for (std::size_t i = 0; i < configurations.size(); ++i) {
      run("INSERT INTO room_logging (room_id, number, configuration_id) VALUES ($1, $2, $3)",
          {room, static_cast<std::int64_t>(i), configurations[i]});
    }
  }
  void say(const std::vector<chat::Entry>& entries) {
    write([&](io::SqlConnection& sql) { return chat_history::insert(sql, entries); });
  }
  /// "room/configuration: position" of each mark, in thousandths of a second after kChatStart.
  std::vector<std::string> marks() {
    const auto rows = run(
        "SELECT room, configuration, position FROM chat_log_marks ORDER BY room, configuration");
    std::vector<std::string> out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t start = kChatStart.time_since_epoch().count();
      const std::int64_t after = (rows.integer(i, 2) + 1) / 1'000 - start;
      out.push_back(fmt::format("{}/{}: {}", rows.text(i, 0), rows.text(i, 1), after / 1'000));
    }
    return out;
  }

 private:
  std::unique_ptr<io::SqlConnection> sql_;
};

/// Keeps what is put, and says no when it is told to.
class ToldStore final : public io::ObjectStore {
 public:
  explicit ToldStore(io::Loop& loop) : loop_(loop) {}

  struct Put {
    std::string bucket, key, content;
  };
  /// All that were accepted, in order.
  std::vector<Put> puts;
  /// An error for a put; nothing: it is done.
  std::function<std::optional<base::ErrorCode>(const std::string& bucket)> refuse =
      [](const std::string&) { return std::nullopt; };
  int attempts = 0;
  /// Nothing is answered any more, and nothing is kept.
  bool is_silent = false;

  /// The contents of all objects in a bucket, in the order of their first put.
  std::string text(const std::string& bucket) const {
    std::string out;
    for (std::size_t i = 0; i < puts.size(); ++i) {
      if (puts[i].bucket == bucket) out += puts[i].content;
    }
    return out;
  }

  std::unique_ptr<Pending> put(io::PutObject object, Done<void> done) override {
    ++attempts;
    auto handle = std::make_unique<Handle>();
    if (is_silent) return handle;
    handle->done = std::make_shared<Done<void>>(std::move(done));
    loop_.post([this, done = std::weak_ptr(handle->done), object = std::move(object)] {
      const auto then = done.lock();
      if (then == nullptr) return;
      if (const auto code = refuse(object.name.bucket)) {
        (*then)(base::fail(*code, "the store says no"));
        return;
      }
      std::string content;
      for (const base::Slice& piece : object.content) content += piece.text();
      puts.push_back({object.name.bucket, object.name.key, std::move(content)});
      (*then)({});
    });
    return handle;
  }
  std::unique_ptr<Pending> put_file(io::PutFile, Done<void>) override { return nobody(); }
  std::unique_ptr<Pending> get(io::GetObject, Done<base::Slice>) override { return nobody(); }
  std::unique_ptr<Pending> head(io::ObjectName, Done<io::ObjectInfo>) override { return nobody(); }
  std::unique_ptr<Pending> list(io::ListObjects, Done<io::ObjectPage>) override { return nobody(); }
  std::unique_ptr<Pending> remove(io::ObjectName, Done<void>) override { return nobody(); }

 private:
  struct Handle final : Pending {
    std::shared_ptr<Done<void>> done;  // the answer under way sees whether it is gone
  };
  static std::unique_ptr<Pending> nobody() {
    CHECK(false && "logs are only put");
    return nullptr;
  }

  io::Loop& loop_;
};

}  // namespace control::test
