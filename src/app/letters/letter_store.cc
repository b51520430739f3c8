#include "app/letters/letter_store.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "app/letters/columns.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr io::SqlMigration kMigrations[] = {{1, R"sql(
CREATE TABLE app_letters (
  id $SERIAL,
  tray BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  receiver $TEXT NOT NULL,
  kind $TEXT NOT NULL,
  sealed $OCTETS NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL
);
CREATE INDEX app_letters_by_due ON app_letters (tray, priority, due_at, id);
CREATE INDEX app_letters_by_receiver ON app_letters (receiver);
)sql"}};

std::int64_t number_of(Tray tray) {
  return tray == Tray::kOut ? 0 : 1;
}

std::optional<StoredLetter> first(std::vector<StoredLetter>& found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace

base::Expected<void> make_letter_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.letters", kMigrations);
}

base::Expected<void> LetterStore::add(io::SqlConnection& sql, const Letter& letter, Tray tray,
                                      base::WallTime now) const {
  const std::string content = json::serialize(json::object{
      {"subject", letter.subject}, {"text", letter.text}, {"unsubscribe", letter.unsubscribe_url}});
  const std::int64_t priority = letter.kind == "digest" ? 1 : 0;
  auto added = sql.run(
      "INSERT INTO app_letters (tray, priority, receiver, kind, sealed, created_at, due_at, "
      "attempts) VALUES ($1, $2, $3, $4, $5, $6, $6, 0)",
      {number_of(tray), priority, letter.to, letter.kind, key_.seal(letter.to, content),
       column_of_time(now)});
  if (!added) return base::fail(std::move(added.error()));
  if (tray == Tray::kOut) return {};
  return done(sql.run(
      "DELETE FROM app_letters WHERE tray = 1 AND id <= (SELECT MAX(id) FROM app_letters) - $1",
      {kMaxMailbox}));
}

base::Expected<std::vector<StoredLetter>> LetterStore::rows(
    base::Expected<io::SqlResult> result) const {
  if (!result) return base::fail(std::move(result.error()));
  std::vector<StoredLetter> found;
  for (std::size_t row = 0; row < result->size(); ++row) {
    StoredLetter stored;
    stored.id = result->integer(row, 0);
    stored.letter.to = result->text(row, 1);
    stored.letter.kind = result->text(row, 2);
    stored.created_at = time_of_column(result->integer(row, 4));
    stored.due_at = time_of_column(result->integer(row, 5));
    stored.attempts = result->integer(row, 6);
    if (const auto content = key_.open_sealed(stored.letter.to, result->octets(row, 3))) {
      const json::value value = json::parse(*content);  // ours: nobody else can seal
      stored.letter.subject = value.at("subject").as_string();
      stored.letter.text = value.at("text").as_string();
      stored.letter.unsubscribe_url = value.at("unsubscribe").as_string();
      stored.is_readable = true;
    }
    found.push_back(std::move(stored));
  }
  return found;
}

base::Expected<std::optional<StoredLetter>> LetterStore::next(io::SqlConnection& sql,
                                                              base::WallTime now) const {
  for (const std::int64_t priority : {0, 1}) {
    auto found = rows(sql.run(
        "SELECT id, receiver, kind, sealed, created_at, due_at, attempts FROM app_letters WHERE "
        "tray = 0 AND priority = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT 1",
        {priority, column_of_time(now)}));
    if (!found) return base::fail(std::move(found.error()));
    if (!found->empty()) return first(*found);
  }
  return std::nullopt;
}

base::Expected<std::optional<base::WallTime>> LetterStore::next_due(io::SqlConnection& sql) const {
  std::optional<base::WallTime> soonest;
  for (const std::int64_t priority : {0, 1}) {
    const auto found = sql.run(
        "SELECT due_at FROM app_letters WHERE tray = 0 AND priority = $1 ORDER BY due_at LIMIT 1",
        {priority});
    if (!found) return base::fail(found.error());
    if (found->empty()) continue;
    const base::WallTime due = time_of_column(found->integer(0, 0));
    if (!soonest || due < *soonest) soonest = due;
  }
  return soonest;
}

base::Expected<std::int64_t> LetterStore::count(io::SqlConnection& sql, Tray tray) const {
  const auto found = sql.run("SELECT COUNT(*) FROM app_letters WHERE tray = $1", {number_of(tray)});
  if (!found) return base::fail(found.error());
  return found->integer(0, 0);
}

base::Expected<bool> LetterStore::claim(io::SqlConnection& sql, const StoredLetter& letter,
                                        base::WallTime until) const {
  const auto taken = sql.run(
      "UPDATE app_letters SET due_at = $1, attempts = attempts + 1 WHERE id = $2 AND due_at = $3",
      {column_of_time(until), letter.id, column_of_time(letter.due_at)});
  if (!taken) return base::fail(taken.error());
  return taken->changed == 1;
}

base::Expected<void> LetterStore::put_back(io::SqlConnection& sql, std::int64_t id,
                                           base::WallTime due) const {
  return done(
      sql.run("UPDATE app_letters SET due_at = $1 WHERE id = $2", {column_of_time(due), id}));
}

base::Expected<void> LetterStore::remove(io::SqlConnection& sql, std::int64_t id) const {
  return done(sql.run("DELETE FROM app_letters WHERE id = $1", {id}));
}

base::Expected<void> LetterStore::remove_of(io::SqlConnection& sql,
                                            const std::string& address) const {
  return done(sql.run("DELETE FROM app_letters WHERE receiver = $1", {address}));
}

base::Expected<std::vector<StoredLetter>> LetterStore::mailbox(io::SqlConnection& sql) const {
  return rows(
      sql.run("SELECT id, receiver, kind, sealed, created_at, due_at, attempts FROM app_letters "
              "WHERE tray = 1 ORDER BY id DESC LIMIT $1",
              {kMaxMailbox}));
}

base::Expected<std::optional<StoredLetter>> LetterStore::find_in_mailbox(io::SqlConnection& sql,
                                                                         std::int64_t id) const {
  auto found = rows(
      sql.run("SELECT id, receiver, kind, sealed, created_at, due_at, attempts FROM app_letters "
              "WHERE tray = 1 AND id = $1",
              {id}));
  if (!found) return base::fail(std::move(found.error()));
  return first(*found);
}

base::Expected<void> LetterStore::empty_mailbox(io::SqlConnection& sql) const {
  return done(sql.run("DELETE FROM app_letters WHERE tray = 1"));
}

}  // namespace app
