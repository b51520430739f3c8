#include "chat/attendance.h"

#include <algorithm>

namespace chat {

Attendance::OnLoop& Attendance::on_loop(std::uint32_t loop) {
  const auto found = std::ranges::find(loops_, loop, &OnLoop::loop);
  return found != loops_.end() ? *found : loops_.emplace_back(OnLoop{loop, 0, 0});
}

void Attendance::add(const Person& person, Seat seat) {
  User& user = users_[person.user_id];
  user.seats.insert(std::ranges::lower_bound(user.seats, seat), seat);
  user.role = std::max(user.role, person.role);
  OnLoop& loop = on_loop(seat.loop);
  ++loop.connections;
  ++connections_;
  if (seat.is_extended) ++loop.extended, ++extended_;
}

bool Attendance::remove(const Person& person, Seat seat) {
  const auto user = users_.find(person.user_id);
  if (user == users_.end()) return false;
  std::vector<Seat>& seats = user->second.seats;
  const auto found = std::ranges::lower_bound(seats, seat);
  if (found == seats.end() || *found != seat) return false;
  seats.erase(found);
  if (seats.empty()) users_.erase(user);
  forget(seat);
  return true;
}

void Attendance::remove_user(std::string_view user_id) {
  const auto user = users_.find(user_id);
  if (user == users_.end()) return;
  for (const Seat& seat : user->second.seats) forget(seat);
  users_.erase(user);
}

void Attendance::forget(Seat seat) {
  OnLoop& loop = on_loop(seat.loop);
  --connections_;
  if (seat.is_extended) --loop.extended, --extended_;
  if (--loop.connections == 0) {
    std::erase_if(loops_, [](const OnLoop& each) { return each.connections == 0; });
  }
}

bool Attendance::contains(const Person& person, Seat seat) const {
  const auto user = users_.find(person.user_id);
  return user != users_.end() && std::ranges::binary_search(user->second.seats, seat);
}

std::vector<Seat> Attendance::seats_of(std::string_view user_id) const {
  const auto user = users_.find(user_id);
  return user == users_.end() ? std::vector<Seat>{} : user->second.seats;
}

Role Attendance::token_role_of(std::string_view user_id) const {
  const auto user = users_.find(user_id);
  return user == users_.end() ? Role::kNone : user->second.role;
}

std::vector<Seat> Attendance::all_seats() const {
  std::vector<Seat> seats;
  seats.reserve(connections_);
  for (const auto& [id, user] : users_) {
    seats.insert(seats.end(), user.seats.begin(), user.seats.end());
  }
  return seats;
}

std::vector<std::string> Attendance::first_users(std::size_t most) const {
  std::vector<std::string> ids;
  ids.reserve(std::min(most, users_.size()));
  for (auto user = users_.begin(); user != users_.end() && ids.size() < most; ++user) {
    ids.push_back(user->first);
  }
  return ids;
}

}  // namespace chat
