#include "record/replay_library.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/loop.h"
#include "record/layout.h"

namespace record {
namespace {

using base::ErrorCode;
using base::fail;

constexpr auto kKept = std::chrono::seconds(10);
constexpr auto kMissKept = std::chrono::seconds(2);

ReplayEntry entry_of(std::shared_ptr<const ShelfItem> item) {
  return {.facts = std::shared_ptr<const Facts>(item, &item->facts),
          .catalog = item->catalog,
          .in_spool = true};
}

base::Expected<ReplayEntry> nothing() {
  return fail(ErrorCode::kNotFound, "there is no such recording");
}

}  // namespace

ReplayLibrary::ReplayLibrary(io::Loop& loop, const Shelf& shelf, Above& above, ReplayFiles& files,
                             Workshop& workshop)
    : loop_(loop), shelf_(shelf), above_(above), files_(files), workshop_(workshop) {}

std::optional<ReplayEntry> ReplayLibrary::running(std::string_view channel) const {
  auto item = shelf_.running(base::ChannelId(std::string(channel)));
  if (item == nullptr) return std::nullopt;
  return entry_of(std::move(item));
}

void ReplayLibrary::find(std::string_view recording, Done done) {
  if (auto item = shelf_.find(recording)) {
    done(entry_of(std::move(item)));
    return;
  }
  auto found = books_.find(recording);
  if (found == books_.end()) {
    make_room();
    found = books_.emplace(std::string(recording), Book{}).first;
  }
  Book& book = found->second;
  book.last_used = loop_.now();
  if (book.waiting.empty() && book.found && loop_.now() < book.expires) {
    const base::Expected<ReplayEntry> known = *book.found;  // `done` may change the book
    done(known);
    return;
  }
  book.waiting.push_back(std::move(done));
  if (book.waiting.size() > 1) return;
  above_.find(
      found->first, loop_,
      [this, alive = std::weak_ptr(alive_), name = found->first](std::optional<Facts> facts) {
        if (!alive.expired()) on_facts(name, std::move(facts));
      });
}

void ReplayLibrary::on_facts(const std::string& recording, std::optional<Facts> facts) {
  // What was told above may have come back into the spool, or have come there just now.
  if (auto item = shelf_.find(recording)) {
    settle(recording, entry_of(std::move(item)));
    return;
  }
  if (!facts || facts->bucket.empty()) {
    settle(recording, nothing());
    return;
  }
  Book& book = books_.at(recording);
  if (book.found && *book.found && !(**book.found).in_spool) {
    const ReplayEntry& known = **book.found;
    if (known.facts->bytes == facts->bytes && known.facts->ended_at == facts->ended_at &&
        known.facts->prefix == facts->prefix) {
      settle(recording, ReplayEntry(known));
      return;
    }
  }
  auto shared = std::make_shared<const Facts>(*std::move(facts));
  files_.fetch({.name = {shared->bucket, catalog_key(recording)}, .max_size = kMaxCatalog},
               [this, recording, shared](base::Expected<base::Slice> data) {
                 on_catalog(recording, shared, std::move(data));
               });
}

void ReplayLibrary::on_catalog(const std::string& recording, std::shared_ptr<const Facts> facts,
                               base::Expected<base::Slice> data) {
  if (!data) {
    if (data.error().code != ErrorCode::kNotFound) {
      base::log_warn("the catalog of a recording cannot be read",
                     {{"recording", recording}, {"reason", data.error().message}});
    }
    settle(recording, data.error().code == ErrorCode::kNotFound
                          ? nothing()
                          : base::Expected<ReplayEntry>(fail(std::move(data.error()))));
    return;
  }
  workshop_.run([data = std::move(*data)] { return parse_catalog(data.span()); },
                [this, recording, facts = std::move(facts)](base::Expected<Catalog> catalog) {
                  if (!catalog) {
                    base::log_warn("the catalog of a recording is broken",
                                   {{"recording", recording}, {"reason", catalog.error().message}});
                    settle(recording, fail(std::move(catalog.error())));
                    return;
                  }
                  settle(
                      recording,
                      ReplayEntry{.facts = facts,
                                  .catalog = std::make_shared<const Catalog>(*std::move(catalog))});
                });
}

void ReplayLibrary::settle(const std::string& recording, base::Expected<ReplayEntry> found) {
  Book& book = books_.at(recording);
  book.expires = loop_.now() + (found ? base::Duration(kKept) : base::Duration(kMissKept));
  // What is in the spool is looked up there: it must not be kept alive here.
  if (found && found->in_spool) {
    book.found.reset();
  } else {
    book.found = found;
  }
  for (Done& done : std::exchange(book.waiting, {})) done(found);
}

void ReplayLibrary::make_room() {
  if (books_.size() < kMaxBooks) return;
  auto oldest = books_.end();
  for (auto book = books_.begin(); book != books_.end(); ++book) {
    if (!book->second.waiting.empty()) continue;
    if (oldest == books_.end() || book->second.last_used < oldest->second.last_used) oldest = book;
  }
  if (oldest != books_.end()) books_.erase(oldest);
}

}  // namespace record
