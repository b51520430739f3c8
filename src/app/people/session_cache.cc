#include "app/people/session_cache.h"

namespace app {

std::optional<KnownSession> SessionCache::session(std::string_view key,
                                                  base::MonotonicTime now) const {
  const auto found = sessions_.find(key);
  if (found == sessions_.end() || now - found->second.at >= kLasts) return std::nullopt;
  return found->second.value;
}

std::optional<KnownPerson> SessionCache::person(std::string_view account,
                                                base::MonotonicTime now) const {
  const auto found = people_.find(account);
  if (found == people_.end() || now - found->second.at >= kLasts) return std::nullopt;
  return found->second.value;
}

void SessionCache::remember(std::uint64_t version, const std::string& key, KnownSession session,
                            base::MonotonicTime now) {
  if (version != version_ || (!sessions_.contains(key) && !has_room(now))) return;
  sessions_.insert_or_assign(key, Entry<KnownSession>{std::move(session), now});
}

void SessionCache::remember(std::uint64_t version, const std::string& account, KnownPerson person,
                            base::MonotonicTime now) {
  if (version != version_ || (!people_.contains(account) && !has_room(now))) return;
  people_.insert_or_assign(account, Entry<KnownPerson>{std::move(person), now});
}

bool SessionCache::touch(const std::string& key, base::WallTime now, base::Duration every,
                         base::Duration length) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return true;
  KnownSession& session = found->second.value;
  if (now - session.seen_at < every) return false;
  session.seen_at = now;
  session.expires_at = now + std::chrono::duration_cast<std::chrono::microseconds>(length);
  return true;
}

void SessionCache::forget_session(std::string_view key) {
  ++version_;
  if (const auto found = sessions_.find(key); found != sessions_.end()) sessions_.erase(found);
}

void SessionCache::forget_person(std::string_view account) {
  ++version_;
  if (const auto found = people_.find(account); found != people_.end()) people_.erase(found);
}

void SessionCache::sweep(base::MonotonicTime now) {
  const auto is_old = [&](const auto& entry) { return now - entry.second.at >= kLasts; };
  std::erase_if(sessions_, is_old);
  std::erase_if(people_, is_old);
}

// More than that at a time are read from the database each time.
bool SessionCache::has_room(base::MonotonicTime now) {
  if (size() < max_entries_) return true;
  if (now - swept_at_ < kLasts) return false;
  swept_at_ = now;
  sweep(now);
  return size() < max_entries_;
}

}  // namespace app
