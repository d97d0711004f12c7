package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The limits of a connection, whatever its requests:
 *
 * <ul>
 *   <li>Its first request must come in time, which ends connections with an incomplete TLS
 *       handshake, with headers that trickle in, and without any data. Afterwards the idle timeout
 *       of the server applies.
 *   <li>While much of what was sent to an HTTP/2 client is unread, nothing more is read from it, so
 *       frames that are always answered, such as pings, cannot fill the memory. A connection that
 *       stays in this state ends with the idle timeout. HTTP/1 has no such frames, and Armeria
 *       controls its reading. Netty's own limit of queued control frames and its mark of a writable
 *       channel are out of effect in Armeria.
 *   <li>An HTTP/1 connection ends with a chunked request, against request smuggling (RFC 9112,
 *       §6.1): such a request may also have had a {@code Content-Length} with a different end,
 *       which is no longer visible here. A proxy that trusts it could take the rest of the body for
 *       a second request.
 * </ul>
 */
final class ConnectionGuard {
  private static final AttributeKey<Boolean> SEEN =
      AttributeKey.valueOf(ConnectionGuard.class, "seen");
  private static final AttributeKey<Boolean> LAST =
      AttributeKey.valueOf(ConnectionGuard.class, "last");

  /** The unread bytes, with Netty's overhead for each message, beyond which reading pauses. */
  private static final long MAX_BYTES = 8 << 20;

  private static final long PAUSE_MILLIS = 50;

  private final Duration longest;

  /** Creates the limits; the first request must come in this time. */
  ConnectionGuard(Duration longest) {
    this.longest = longest;
  }

  /** Watches a new connection. */
  void watch(ChannelPipeline pipeline) {
    pipeline.addFirst(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext connection) throws Exception {
            Channel channel = connection.channel();
            var unused =
                channel
                    .eventLoop()
                    .schedule(
                        () -> closeUnlessSeen(channel), longest.toNanos(), TimeUnit.NANOSECONDS);
            super.channelActive(connection);
          }

          @Override
          public void channelRead(ChannelHandlerContext connection, Object bytes) throws Exception {
            super.channelRead(connection, bytes);
            Channel channel = connection.channel();
            if (isFull(channel)
                && channel.config().isAutoRead()
                && connection.pipeline().get(Http2ConnectionHandler.class) != null) {
              channel.config().setAutoRead(false);
              readWhenDrained(channel);
            }
          }
        });
  }

  private static void closeUnlessSeen(Channel channel) {
    if (!channel.hasAttr(SEEN)) {
      var unused = channel.close();
    }
  }

  private static void readWhenDrained(Channel channel) {
    if (isFull(channel)) {
      var unused =
          channel
              .eventLoop()
              .schedule(() -> readWhenDrained(channel), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      channel.config().setAutoRead(true);
    }
  }

  private static boolean isFull(Channel channel) {
    ChannelOutboundBuffer unread = channel.unsafe().outboundBuffer(); // null after the end
    return unread != null && unread.totalPendingWriteBytes() > MAX_BYTES;
  }

  /** Records that the connection has a request, and forwards the request if it may have one. */
  static HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    Channel connection = ctx.log().partial().channel();
    if (connection != null) {
      connection.attr(SEEN).set(true);
      if (!ctx.sessionProtocol().isMultiplex()) {
        if (connection.hasAttr(LAST)) {
          return HttpResponse.streaming(); // never completes; the connection is about to close
        }
        if (isChunked(request)) {
          connection.attr(LAST).set(true);
          var unused = ctx.initiateConnectionShutdown();
        }
      }
    }
    return service.serve(ctx, request);
  }

  /** Whether a request of HTTP/1 has a body of unknown length, whatever its method. */
  private static boolean isChunked(HttpRequest request) {
    boolean hasNone = request.isEmpty() && BodyGuard.WITHOUT_BODY.contains(request.method());
    return request.headers().contentLength() < 0 && !hasNone;
  }
}
