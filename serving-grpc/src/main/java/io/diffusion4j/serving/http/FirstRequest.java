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
 * Closes connections on which no request has begun after a while: handshakes of TLS that stop in
 * the middle, headers that trickle in, clients that send nothing. Later, the idle time of the
 * server ends a connection.
 */
final class FirstRequest {
  private static final AttributeKey<Boolean> SEEN =
      AttributeKey.valueOf(FirstRequest.class, "seen");

  private final Duration longest;

  /** Creates a limit of this duration. */
  FirstRequest(Duration longest) {
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

  /** Takes note of a request, and passes it on. */
  static HttpResponse seen(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    Channel channel = ctx.log().partial().channel();
    if (channel != null) {
      channel.attr(SEEN).set(true);
    }
    return service.serve(ctx, request);
  }
}
