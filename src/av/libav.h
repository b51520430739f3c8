// Owning pointers to libav's objects and errors from its codes. libav's own headers stay in .cc
// files; its types are only named here.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"

struct AVCodecContext;
struct AVFormatContext;
struct AVFrame;
struct AVPacket;
struct SwrContext;
struct SwsContext;

namespace av {

struct LibavDeleter {
  void operator()(AVCodecContext* context) const;
  void operator()(AVFrame* frame) const;
  void operator()(AVPacket* packet) const;
  void operator()(SwrContext* context) const;
  void operator()(SwsContext* context) const;
};

using CodecContextPtr = std::unique_ptr<AVCodecContext, LibavDeleter>;
using FramePtr = std::unique_ptr<AVFrame, LibavDeleter>;
using PacketPtr = std::unique_ptr<AVPacket, LibavDeleter>;
using SwrPtr = std::unique_ptr<SwrContext, LibavDeleter>;
using SwsPtr = std::unique_ptr<SwsContext, LibavDeleter>;

/// Fatal if memory is exhausted.
FramePtr new_frame();
PacketPtr new_packet();

/// `what failed: libav's words`.
base::Error libav_error(int code, std::string_view what);

/// Stops libav from writing to standard error by itself: its lines may hold URLs with stream keys.
void silence_libav();

}  // namespace av
