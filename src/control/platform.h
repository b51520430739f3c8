// What the operations work on, in one place; made by Control, safe from every worker's thread.
#pragma once

#include "control/arn.h"
#include "control/control.h"
#include "control/rate_limiter.h"

namespace io {
class Loop;
class SqlWorkers;
}  // namespace io

namespace chat {
class Above;
class Chat;
}  // namespace chat

namespace control {

class ChatJournal;
class ChatTokens;
class EventBus;
class HealthBoard;
class LiveBoard;
class MachineLoad;
class RecordingDesk;
class SecretBox;
class ViewerGates;

struct Platform {
  const Settings& settings;
  const Home home;
  io::SqlWorkers& sql;
  const SecretBox& secrets;
  LiveBoard& board;
  EventBus& events;
  ViewerGates& viewers;
  RateLimiter& limiter;
  const ChatTokens& chat_tokens;
  ChatJournal& journal;
  chat::Above& chat_above;
  RecordingDesk& recordings;
  HealthBoard& health;
  MachineLoad& load;
  io::Loop& loop;  // control's own
  base::WallTime started_at{};
  /// Null until start().
  live::Live* live = nullptr;
  chat::Chat* chat = nullptr;
  record::Recorder* recorder = nullptr;
};

}  // namespace control
