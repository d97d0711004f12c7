package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.errors.Errors;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decorator that bounds the memory and the time of request bodies.
 *
 * <p>A body is counted from its first byte until its response is complete, because the decoded
 * request is about as large. A request that does not fit, by its declared length or by the received
 * bytes, is refused immediately. The last eighth is reserved for requests of up to {@value
 * #SMALL_BYTES} bytes, so small requests are still served while large ones are refused.
 *
 * <p>A request that has not arrived within the time limit is aborted: the service that reads the
 * body gets an error and responds as to any other. Slow headers are limited by {@link
 * ConnectionGuard} and by the idle timeout of {@link HttpPort}.
 *
 * <p>A service whose requests Armeria aggregates must be wrapped in {@link Streamed}.
 */
final class BodyGuard {
  /** The methods whose requests have no body here: {@link HeaderAccess} refuses one. */
  static final Set<HttpMethod> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final Logger LOG = LoggerFactory.getLogger(BodyGuard.class);
  private static final long SMALL_BYTES = 64 << 10;

  private final long most;
  private final Duration longest;
  private final AtomicLong held = new AtomicLong();

  /**
   * Creates a decorator.
   *
   * @param most the bytes of all bodies
   * @param longest the time in which a request must arrive
   */
  BodyGuard(long most, Duration longest) {
    this.most = most;
    this.longest = longest;
  }

  /** Returns the bytes currently held. */
  long held() {
    return held.get();
  }

  /** Forwards a request whose body is counted and timed, or refuses it. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    // An empty one, if wrapped, would seem unfinished until a service reads it.
    HttpRequest guarded = request.isEmpty() ? request : counted(ctx, request);
    if (guarded.isOpen()) { // not received completely
      var end =
          ctx.eventLoop()
              .schedule(() -> giveUp(ctx, guarded), longest.toNanos(), TimeUnit.NANOSECONDS);
      var unused = guarded.whenComplete().whenComplete((done, gone) -> end.cancel(false));
    }
    return service.serve(ctx, guarded);
  }

  private HttpRequest counted(ServiceRequestContext ctx, HttpRequest request) {
    if (!fits(Math.max(0, request.headers().contentLength()), 0)) {
      discard(ctx, request);
      throw Errors.SERVER_BUSY.error(most);
    }
    AtomicLong own = new AtomicLong();
    HttpRequest counted =
        HttpRequest.of(
            request.headers(),
            subscriber -> request.subscribe(new Counting(subscriber, own), ctx.eventLoop()));
    ctx.updateRequest(counted);
    var unused = ctx.log().whenComplete().thenRun(() -> held.addAndGet(-own.getAndSet(0)));
    return counted;
  }

  private void giveUp(ServiceRequestContext ctx, HttpRequest request) {
    if (request.isOpen()) {
      LOG.atInfo().addKeyValue("path", ctx.path()).log("request not received in time");
      endConnection(ctx);
      request.abort(Errors.REQUEST_TOO_SLOW.error(longest));
    }
  }

  /** Stops reading a body. */
  static void discard(ServiceRequestContext ctx, HttpRequest request) {
    if (request.isOpen()) {
      endConnection(ctx);
      request.abort();
    }
  }

  /** Closes an HTTP/1 connection after the response: only the rest of the body could follow. */
  static void endConnection(ServiceRequestContext ctx) {
    if (!ctx.sessionProtocol().isMultiplex()) {
      var unused = ctx.initiateConnectionShutdown();
    }
  }

  /** Returns whether further bytes fit, for a request that already holds {@code own} bytes. */
  private boolean fits(long bytes, long own) {
    return held.get() + bytes <= (own + bytes <= SMALL_BYTES ? most : most - most / 8);
  }

  /** A subscriber that counts the received bytes of one body. */
  private final class Counting implements Subscriber<HttpObject> {
    private final Subscriber<? super HttpObject> reader;
    private final AtomicLong own;

    @SuppressWarnings("NullAway.Init") // set by onSubscribe, which is called first
    private Subscription source;

    private boolean refused;

    Counting(Subscriber<? super HttpObject> reader, AtomicLong own) {
      this.reader = reader;
      this.own = own;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      source = subscription;
      reader.onSubscribe(subscription);
    }

    @Override
    public void onNext(HttpObject object) {
      if (refused) {
        return;
      }
      if (object instanceof HttpData data && !data.isEmpty()) {
        if (!fits(data.length(), own.get())) {
          refused = true;
          source.cancel();
          reader.onError(Errors.SERVER_BUSY.error(most));
          return;
        }
        own.addAndGet(data.length());
        held.addAndGet(data.length());
      }
      reader.onNext(object);
    }

    @Override
    public void onError(Throwable cause) {
      if (!refused) {
        reader.onError(cause);
      }
    }

    @Override
    public void onComplete() {
      if (!refused) {
        reader.onComplete();
      }
    }
  }
}
