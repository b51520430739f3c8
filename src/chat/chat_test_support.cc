#include "chat/chat_test_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/json_text.h"

namespace chat {

std::vector<std::string> texts_of(std::string_view octets) {
  std::vector<std::string> texts;
  base::ByteReader in(base::as_bytes(octets));
  while (in.ok() && in.remaining() > 0) {
    EXPECT_EQ(in.u8(), 0x81);
    std::uint64_t size = in.u8();
    if (size == 126) {
      size = in.u16();
    } else if (size == 127) {
      size = in.u64();
    }
    texts.emplace_back(in.text(size));
  }
  EXPECT_TRUE(in.ok());
  return texts;
}

namespace {

void flatten(const boost::json::object& from, const std::string& path,
             std::map<std::string, std::string, std::less<>>& to) {
  for (const auto& [key, value] : from) {
    const std::string name = path + std::string(key);
    if (value.is_object()) {
      to[name] = "{}";
      flatten(value.get_object(), name + ".", to);
    } else {
      to[name] =
          value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
    }
  }
}

}  // namespace

Heard::Heard(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  EXPECT_TRUE(!error && value.is_object()) << json;
  if (!error && value.is_object()) flatten(value.get_object(), "", members_);
}

std::string Heard::operator[](std::string_view path) const {
  const auto found = members_.find(path);
  return found == members_.end() ? "" : found->second;
}

bool Heard::is_a(std::string_view what) const {
  return (*this)["Type"] == what || (*this)["EventName"] == what;
}

// ---- above ------------------------------------------------------------------------------------

RoomRecord& FakeAbove::room(const std::string& id) {
  RoomRecord& record = rooms_[id];
  if (record.id.empty()) {
    record.id = RoomId(id);
    record.arn = "arn:aws:ivschat:local:000000000000:room/" + id;
    record.max_rate = 1000;
  }
  return record;
}

std::string FakeAbove::token_for(Pass pass) {
  if (pass.token_id.empty()) pass.token_id = "t" + std::to_string(passes_.size());
  std::string token = "token-" + std::to_string(passes_.size());
  passes_.emplace(token, std::move(pass));
  return token;
}

base::Expected<Pass> FakeAbove::check_token(std::string_view token, base::WallTime) const {
  const auto found = passes_.find(token);
  if (found == passes_.end()) return base::fail(base::ErrorCode::kUnauthorized, "no such token");
  return found->second;
}

void FakeAbove::load_room(const RoomId& room, bool with_history, io::Loop& reply_to,
                          std::move_only_function<void(base::Expected<RoomRecord>)> done) {
  ++loads;
  auto answer = [this, room, with_history, &reply_to, done = std::move(done)]() mutable {
    base::Expected<RoomRecord> result = base::fail(base::ErrorCode::kNotFound, "no such room");
    if (load_error) {
      result = base::fail(*load_error);
    } else if (const auto found = rooms_.find(room.str()); found != rooms_.end()) {
      result = found->second;
      if (!with_history) result->history.clear();
    }
    reply_to.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  };
  if (holds_loads) {
    held_loads.push_back(std::move(answer));
  } else {
    answer();
  }
}

void FakeAbove::answer_loads() {
  holds_loads = false;
  for (auto& answer : std::exchange(held_loads, {})) answer();
}

void FakeAbove::review(ReviewRequest request, io::Loop& reply_to,
                       std::move_only_function<void(base::Expected<ReviewResult>)> done) {
  reviews.push_back(
      {std::move(request),
       [&reply_to, done = std::move(done)](base::Expected<ReviewResult> result) mutable {
         reply_to.post([done = std::move(done), result = std::move(result)]() mutable {
           done(std::move(result));
         });
       }});
}

void FakeAbove::change_room(const RoomId& id, RoomChange change, io::Loop& reply_to,
                            std::move_only_function<void(base::Expected<void>)> done) {
  base::Expected<void> result;
  RoomRecord& record = room(id.str());
  if (change_error) {
    result = base::fail(*change_error);
  } else {
    switch (change.kind) {
      case RoomChange::Kind::kBan:
        record.bans.push_back(change.ban);
        break;
      case RoomChange::Kind::kUnban:
        std::erase_if(record.bans,
                      [&](const Ban& ban) { return ban.user_id == change.ban.user_id; });
        break;
      case RoomChange::Kind::kPin: {
        for (const Entry& entry : recorded()) {
          if (entry.id == change.message_id) record.pinned = entry;
        }
        if (!record.pinned) result = base::fail(base::ErrorCode::kNotFound, "no such message");
        break;
      }
      case RoomChange::Kind::kUnpin:
        record.pinned.reset();
        break;
      case RoomChange::Kind::kSlowMode:
        record.moderation.slow_mode = change.slow_mode;
        break;
    }
  }
  changes.push_back(std::move(change));
  reply_to.post([done = std::move(done), result]() mutable { done(result); });
}

void FakeAbove::record(std::vector<Entry> entries) {
  recorded_.with([&](std::vector<Entry>& all) {
    ++batches_;
    all.insert(all.end(), entries.begin(), entries.end());
  });
}

std::vector<Entry> FakeAbove::recorded() const {
  return recorded_.with([](const std::vector<Entry>& all) { return all; });
}

// ---- connections ------------------------------------------------------------------------------

void FakeConnection::write(std::span<const base::Slice> frames) {
  EXPECT_FALSE(is_over());
  ++writes;
  for (const base::Slice& frame : frames) octets.append(frame.text());
}

void FakeConnection::close(std::uint16_t code, std::string_view) {
  EXPECT_FALSE(is_over());
  close_code = code;
}

void FakeConnection::drop() {
  EXPECT_FALSE(is_over());
  is_dropped = true;
}

std::vector<Heard> ChatRig::Member::take() {
  rig.pump();
  const std::vector<std::string> all = connection.texts();
  for (; taken_ < all.size(); ++taken_) unread_.emplace_back(all[taken_]);
  std::vector<Heard> taken(unread_.begin(), unread_.end());
  unread_.clear();
  return taken;
}

std::vector<Heard> ChatRig::Member::take(std::string_view what) {
  std::vector<Heard> found = take();
  std::erase_if(found, [&](const Heard& frame) { return !frame.is_a(what); });
  return found;
}

Heard ChatRig::Member::next(std::string_view what) {
  Heard found;
  const bool came = rig.pump_until([&] {
    std::vector<Heard> frames = take();
    unread_.assign(frames.begin(), frames.end());
    while (!unread_.empty()) {
      found = std::move(unread_.front());
      unread_.pop_front();
      if (found.is_a(what)) return true;
    }
    return false;
  });
  EXPECT_TRUE(came) << "no " << what;
  return came ? found : Heard();
}

void ChatRig::Member::send(std::string_view text) {
  rig.chat->rooms(rig.loops.at(loop)).receive(id, text);
}

void ChatRig::Member::say(std::string_view content, std::string_view request_id) {
  std::string text = R"({"Action":"SEND_MESSAGE",)";
  if (!request_id.empty()) text.append(R"("RequestId":")").append(request_id).append(R"(",)");
  text.append(R"("Content":)");
  base::append_json_string(text, content);
  send(text + "}");
}

void ChatRig::Member::leave() {
  if (std::exchange(has_left, true)) return;
  rig.chat->rooms(rig.loops.at(loop)).leave(id);
}

// ---- the rig ----------------------------------------------------------------------------------

ChatRig::ChatRig(unsigned count, Settings settings, std::unique_ptr<Bus> bus)
    : loops(count), chat(Chat::create(loops, settings, above, std::move(bus))) {
  (void)above.room(std::string(kRoom));
}

ChatRig::~ChatRig() {
  for (Member& member : members) member.leave();
  pump();
  EXPECT_EQ(chat->figures().connections, 0U);
}

Pass ChatRig::pass_of(std::string user) {
  Pass pass;
  pass.room = RoomId(std::string(kRoom));
  pass.user_id = std::move(user);
  pass.capabilities.send_message = true;
  pass.session_ends_at = pass.expires_at = io::Loop::wall_now() + std::chrono::hours(1);
  return pass;
}

Pass ChatRig::moderator(std::string user) {
  Pass pass = pass_of(std::move(user));
  pass.role = Role::kModerator;
  return pass;
}

ChatRig::Result ChatRig::admit(Pass pass, JoinOptions options, unsigned loop) {
  return admit(above.token_for(std::move(pass)), std::move(options), loop);
}

ChatRig::Result ChatRig::admit(std::string_view token, JoinOptions options, unsigned loop) {
  std::optional<Result> result;
  chat->rooms(loops.at(loop)).admit(token, std::move(options), [&](Result answer) {
    result.emplace(std::move(answer));
  });
  EXPECT_TRUE(pump_until([&] { return result.has_value(); }));
  return std::move(*result);
}

ChatRig::Member& ChatRig::join(Pass pass, JoinOptions options, unsigned loop) {
  Result admission = admit(std::move(pass), std::move(options), loop);
  EXPECT_TRUE(admission.has_value()) << admission.error().status << admission.error().message;
  return join(std::move(*admission), loop);
}

ChatRig::Member& ChatRig::join(std::unique_ptr<Admission> admission, unsigned loop) {
  Member& member = members.emplace_back(*this, loop);
  member.id = chat->rooms(loops.at(loop)).join(std::move(admission), member.connection);
  return member;
}

ChatRig::Member& ChatRig::join_extended(Pass pass, unsigned loop) {
  Member& member = join(std::move(pass), {.extended = true}, loop);
  (void)member.take();
  return member;
}

void ChatRig::pump() {
  bool any = true;
  while (any) {
    any = false;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      while (loops.at(i).run_once(std::chrono::milliseconds(1))) any = true;
    }
  }
}

bool ChatRig::pump_until(const std::function<bool()>& condition) {
  const base::MonotonicTime until = io::Loop::precise_now() + std::chrono::seconds(10);
  while (!condition()) {
    if (io::Loop::precise_now() > until) return false;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      (void)loops.at(i).run_once(std::chrono::milliseconds(1));
    }
  }
  return true;
}

void ChatRig::pump_for(std::chrono::milliseconds time) {
  const base::MonotonicTime until = io::Loop::precise_now() + time;
  (void)pump_until([&] { return io::Loop::precise_now() >= until; });
}

}  // namespace chat
