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
 * Bounds the memory that the bodies of all requests take together. A body is counted as it arrives,
 * and until its answer is complete: what the service makes of it is about as large. A request that
 * does not fit, by its declared length or by the received bytes, is rejected immediately.
 *
 * <p>The last eighth is for small requests, so that they are served while large ones are refused.
 * Bodies pass as streams; services of which Armeria gathers the requests before it asks them need
 * {@link Streamed}.
 */
final class BodyBudget {
  private static final long SMALL_BYTES = 64 << 10;

  private final long most;
  private final AtomicLong held = new AtomicLong();

  /** A budget of so many bytes. */
  BodyBudget(long most) {
    this.most = most;
  }

  /** Returns the bytes currently held. */
  long held() {
    return held.get();
  }

  /** Passes a request on whose body is counted. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    if (!fits(Math.max(0, request.headers().contentLength()), 0)) {
      Bodies.discard(ctx, request);
      throw Errors.busy(most);
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

  /** Whether so many bytes more fit, of a request that holds so many. */
  private boolean fits(long bytes, long own) {
    return held.get() + bytes <= (own + bytes <= SMALL_BYTES ? most : most - most / 8);
  }

  /** Counts what arrives of one body. */
  private final class Counting implements Subscriber<HttpObject> {
    private final Subscriber<? super HttpObject> reader;
    private final AtomicLong own;

    @SuppressWarnings("NullAway.Init") // by the publisher, before all else
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
          reader.onError(Errors.busy(most));
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
