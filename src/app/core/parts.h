// The parts of the platform, in one place, for those that need each other. Made by platform.cc in
// this order and destroyed in the opposite one; each may use all others once start() was called.
#pragma once

#include "app/app.h"
#include "io/sql_crew.h"
#include "io/sql_workers.h"

namespace app {

class Accounts;
class Assets;
class Channels;
class ChatMinder;
class FeedHub;
class LiveBoard;
class Notifier;
class Oidc;
class Overlays;
class Post;
class Products;
class Router;

struct Parts {
  const PlatformSettings& settings;
  io::SqlWorkers& sql;
  control::Control& control;
  io::Loop& home;
  /// Pages, then what takes long.
  io::SqlCrew& quick;
  io::SqlCrew& slow;
  FeedHub& feed;
  LiveBoard& live;
  const Router* router = nullptr;
  IngestPorts ingest = {};  // known once started
  // people/
  Accounts* accounts = nullptr;
  // letters/
  Post* post = nullptr;
  Notifier* notifier = nullptr;
  Oidc* oidc = nullptr;
  // channels/
  Assets* assets = nullptr;
  Channels* channels = nullptr;
  // talk/
  ChatMinder* chat = nullptr;
  // overlays/
  Overlays* overlays = nullptr;
  // products/
  Products* products = nullptr;
};

}  // namespace app
