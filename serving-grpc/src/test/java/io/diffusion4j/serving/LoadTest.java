package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.observability.ServingListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Many concurrent clients, some of them badly behaved: they cancel, have short deadlines,
 * disconnect, read slowly, or send nothing. Every call ends once, every picture that arrives is the
 * expected one, and nothing is left in the end.
 *
 * <p>The crowd is small, and the server's model is a toy. A large crowd draws with real networks in
 * {@code ServedLoadTest} of the module {@code integration-tests}.
 */
class LoadTest {
  private static final int CLIENTS = 16;
  private static final int CALLS = 12;

  /** Counts the begun, the ended and the running calls. */
  private static final class Books extends AbstractModule
      implements ServingListener, ServerInterceptor {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger imagesUnderWay = new AtomicInteger();
    final AtomicInteger depth = new AtomicInteger();
    final AtomicLong deepest = new AtomicLong();

    @Override
    protected void configure() {
      Multibinder.newSetBinder(binder(), ServingListener.class).addBinding().toInstance(this);
      Multibinder.newSetBinder(binder(), ServerInterceptor.class).addBinding().toInstance(this);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      begun.incrementAndGet();
      return next.startCall(call, headers);
    }

    @Override
    public void callEnded(CallEnd call) {
      ended.incrementAndGet();
    }

    @Override
    public void queueChanged(int now) {
      depth.set(now);
      deepest.accumulateAndGet(now, Math::max);
    }

    @Override
    public void batchBegan(String model, int images) {
      imagesUnderWay.addAndGet(images);
    }

    @Override
    public void batchEnded(String model, int images, BatchEnd end) {
      imagesUnderWay.addAndGet(-images);
    }
  }

  private final Books books = new Books();

  @Test
  void everyCallEndsOnceEveryPictureIsRightAndNothingIsLeft() throws Exception {
    ServerConfig config = CONFIG.withQueueCapacity(CLIENTS / 2);
    Module module = books;
    try (var server =
        new TestServer(
            config, module, ToyModel.named("toy", query -> LockSupport.parkNanos(200_000)))) {
      var crowd = new Crowd(server.server.port());
      int rows = config.rows();
      assertThat(workers()).as("threads that draw").isEqualTo(rows);
      crowd.ask(CLIENTS, CALLS, Duration.ZERO);

      server.awaitUnfinished(0);
      awaitZero("calls without an end", () -> books.begun.get() - books.ended.get());
      awaitZero("images under way", books.imagesUnderWay::get);
      awaitZero("requests in the queue", books.depth::get);
      assertThat(books.deepest.get()).isLessThanOrEqualTo(config.queueCapacity() + rows);
      // A thread with a parked batch is replaced, and ends a second after its batch.
      awaitZero("threads that draw, but for one a row", () -> workers() - rows);
      crowd.assertAsBefore();
      assertThat(crowd.outcomes().elementSet())
          .contains("OK", "OK, read slowly", "CANCELLED")
          .noneMatch(outcome -> outcome.contains("INTERNAL") || outcome.contains("UNKNOWN"));
    }
  }

  private static int workers() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("diffusion-worker-"))
            .count();
  }

  private interface Count {
    int now();
  }

  private static void awaitZero(String what, Count count) throws InterruptedException {
    long end = System.nanoTime() + SECONDS.toNanos(30);
    while (count.now() != 0 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(count.now()).as(what).isZero();
  }
}
