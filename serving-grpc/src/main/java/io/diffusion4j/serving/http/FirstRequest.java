package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A time limit for the first request of a connection. It closes connections with an incomplete TLS
 * handshake, with headers that trickle in, and without any data. After the first request, the idle
 * timeout of the server applies.
 */
final class FirstRequest {
  private static final AttributeKey<Boolean> SEEN =
      AttributeKey.valueOf(FirstRequest.class, "seen");

  private final Duration longest;

  /** Creates a limit, measured from the start of the connection. */
  FirstRequest(Duration longest) {
    this.longest = longest;
  }

  /** Watches a new connection. */
  void watch(ChannelPipeline pipeline) {
    pipeline.addFirst(
        new UnreadAnswers(),
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext connection) throws Exception {
            Channel channel = connection.channel();
            var unused =
                channel
                    .eventLoop()
                    .schedule(() -> look(channel), longest.toNanos(), TimeUnit.NANOSECONDS);
            super.channelActive(connection);
          }
        });
  }

  private static void look(Channel channel) {
    if (!channel.hasAttr(SEEN)) {
      var unused = channel.close();
    }
  }

  /** Records that the connection has a request, and forwards the request. */
  static HttpResponse seen(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    Channel channel = ctx.log().partial().channel();
    if (channel != null) {
      channel.attr(SEEN).set(true);
    }
    return service.serve(ctx, request);
  }
}
