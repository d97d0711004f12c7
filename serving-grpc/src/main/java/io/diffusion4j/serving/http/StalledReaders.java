package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ShuttingDownException;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decorator that drops responses of which the client reads nothing, so they do not stay in memory
 * for as long as the client is connected. An HTTP/2 stream is reset; a connection without progress
 * is closed. A request whose client disconnects before the response is complete is cancelled;
 * Armeria itself does so for gRPC, but not for JSON.
 *
 * <p>Responses are sent in small pieces, which distinguishes a slow reader from one that has
 * stopped. A service whose responses Armeria aggregates must be wrapped in {@link Streamed}.
 */
final class StalledReaders extends SimpleDecoratingHttpService {
  private static final Logger LOG = LoggerFactory.getLogger(StalledReaders.class);

  /** The bytes that a client must read within the time limit, unless fewer are left. */
  private static final int PIECE_BYTES = 64 << 10;

  private final Duration stall;

  /** Creates a decorator of a service. */
  public StalledReaders(HttpService delegate, Duration stall) {
    super(delegate);
    this.stall = stall;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    Answer answer = new Answer(ctx, stall);
    HttpResponse response = unwrap().serve(ctx, request);
    response
        .whenComplete()
        .exceptionally(
            cause -> {
              if (cause instanceof ClosedStreamException
                  || cause instanceof CancelledSubscriptionException) {
                ctx.cancel(cause);
              }
              return null;
            });
    response.subscribe(answer, ctx.eventLoop());
    return answer.out;
  }

  /**
   * Resets the stream of a response in progress when the deadline of its call passes, or when the
   * server closes, as of a watch of its health. gRPC's own servers do the same, and its clients
   * report {@code DEADLINE_EXCEEDED} or {@code CANCELLED}; Armeria itself would report an internal
   * error. This must be outside of the decorators that wrap responses, since Armeria ends only the
   * outermost response.
   */
  static HttpResponse resetIfLate(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) throws Exception {
    return service
        .serve(ctx, request)
        .mapError(
            cause ->
                (cause instanceof RequestTimeoutException || cause instanceof ShuttingDownException)
                        && ctx.log().isAvailable(RequestLogProperty.RESPONSE_HEADERS)
                    ? HttpStatusException.of(HttpStatus.GATEWAY_TIMEOUT, cause) // resets by CANCEL
                    : cause);
  }

  /** A response in progress, used only on its request's event loop. */
  private static final class Answer implements Subscriber<HttpObject> {
    final HttpResponseWriter out = HttpResponse.streaming();
    private final ServiceRequestContext ctx;
    private final Duration stall;
    private final Queue<HttpObject> waiting = new ArrayDeque<>();

    @SuppressWarnings("NullAway.Init") // set by onSubscribe, which is called first
    private Subscription source;

    private boolean complete;
    private boolean moving = true;
    private long stoppedAt;

    Answer(ServiceRequestContext ctx, Duration stall) {
      this.ctx = ctx;
      this.stall = stall;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      source = subscription;
      var watch =
          ctx.eventLoop()
              .scheduleWithFixedDelay(
                  this::look, stall.toNanos(), stall.toNanos() / 4 + 1, TimeUnit.NANOSECONDS);
      var unused =
          out.whenComplete()
              .whenComplete(
                  (done, left) -> {
                    watch.cancel(false);
                    source.cancel(); // does nothing if it is complete
                    waiting.clear();
                  });
      source.request(1);
    }

    @Override
    public void onNext(HttpObject object) {
      if (object instanceof HttpData data) {
        byte[] bytes = data.array();
        for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
          waiting.add(HttpData.wrap(bytes, from, Math.min(PIECE_BYTES, bytes.length - from)));
        }
      } else {
        waiting.add(object);
      }
      send();
    }

    @Override
    public void onError(Throwable cause) {
      out.close(cause);
    }

    @Override
    public void onComplete() {
      complete = true;
      if (moving && waiting.isEmpty()) {
        out.close();
      }
    }

    /** Sends the next waiting piece, or requests more of the response if none is waiting. */
    private void send() {
      HttpObject next = waiting.poll();
      if (next != null) {
        moving = false;
        stoppedAt = System.nanoTime();
        if (out.tryWrite(next)) { // false if the client has disconnected
          var unused = out.whenConsumed().thenRun(this::moved);
        }
      } else if (complete) {
        out.close();
      } else {
        source.request(1);
      }
    }

    private void moved() {
      moving = true;
      send();
    }

    private void look() {
      if (moving || System.nanoTime() - stoppedAt < stall.toNanos()) {
        return;
      }
      LOG.atInfo()
          .addKeyValue("path", ctx.path())
          .log("response dropped: the client stopped reading");
      out.abort();
      var connection = ctx.log().partial().channel();
      if (connection != null && !(ctx.sessionProtocol().isMultiplex() && connection.isWritable())) {
        var unused = connection.close(); // a reset would wait behind the unread data
      }
    }
  }
}
