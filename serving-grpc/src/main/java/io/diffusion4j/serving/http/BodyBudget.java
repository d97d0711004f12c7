package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.errors.Errors;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A decorator that bounds the memory for the bodies of all requests. A body is counted from its
 * first byte until its response is complete, because the decoded request is about as large. A
 * request that does not fit, by its declared length or by the received bytes, is refused
 * immediately.
 *
 * <p>The last eighth is reserved for requests of up to {@value #SMALL_BYTES} bytes, so small
 * requests are still served while large ones are refused. Bodies are counted as streams. A service
 * whose requests Armeria aggregates must be wrapped in {@link Streamed}.
 */
final class BodyBudget {
  private static final long SMALL_BYTES = 64 << 10;

  private final long most;
  private final AtomicLong held = new AtomicLong();

  /** Creates a budget, in bytes. */
  BodyBudget(long most) {
    this.most = most;
  }

  /** Returns the bytes currently held. */
  long held() {
    return held.get();
  }

  /** Forwards a request whose body is counted, or refuses it. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    if (request.isEmpty()) { // wrapped, it would seem unfinished until a service reads it
      return service.serve(ctx, request);
    }
    if (!fits(Math.max(0, request.headers().contentLength()), 0)) {
      Bodies.discard(ctx, request);
      throw Errors.SERVER_BUSY.error(most);
    }
    AtomicLong own = new AtomicLong();
    HttpRequest counted =
        HttpRequest.of(
            request.headers(),
            subscriber -> request.subscribe(new Counting(subscriber, own), ctx.eventLoop()));
    ctx.updateRequest(counted);
    var unused = ctx.log().whenComplete().thenRun(() -> held.addAndGet(-own.getAndSet(0)));
    return service.serve(ctx, counted);
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
