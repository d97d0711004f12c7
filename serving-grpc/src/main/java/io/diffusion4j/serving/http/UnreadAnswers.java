package io.diffusion4j.serving.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.concurrent.TimeUnit;

/**
 * Backpressure for HTTP/2 connections: while much of what was sent to a client is unread, nothing
 * more is read from it, so frames that are always answered, such as pings, cannot fill the memory.
 * A connection that stays in this state ends with the idle timeout of the server.
 *
 * <p>HTTP/1 has no such frames, and Armeria controls its reading. Netty's own limit of queued
 * control frames and its mark of a writable channel are out of effect in Armeria.
 */
final class UnreadAnswers extends ChannelInboundHandlerAdapter {
  /** The bytes, with Netty's overhead for each message, beyond which reading pauses. */
  private static final long MOST_BYTES = 8 << 20;

  private static final long PAUSE_MILLIS = 50;

  @Override
  public void channelRead(ChannelHandlerContext connection, Object bytes) throws Exception {
    super.channelRead(connection, bytes);
    if (isFull(connection.channel())
        && connection.channel().config().isAutoRead()
        && connection.pipeline().get(Http2ConnectionHandler.class) != null) {
      connection.channel().config().setAutoRead(false);
      look(connection.channel());
    }
  }

  private static void look(Channel channel) {
    if (isFull(channel)) {
      var unused =
          channel.eventLoop().schedule(() -> look(channel), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      channel.config().setAutoRead(true);
    }
  }

  private static boolean isFull(Channel channel) {
    ChannelOutboundBuffer unread = channel.unsafe().outboundBuffer(); // null after the end
    return unread != null && unread.totalPendingWriteBytes() > MOST_BYTES;
  }
}
