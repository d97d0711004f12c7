package io.diffusion4j.diffusion.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchingDenoiserTest implements DenoiserContract<Double> {
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final ToyDenoiser network = new ToyDenoiser();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable denoiser : opened) {
      denoiser.close();
    }
    callers.shutdownNow();
    assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private BatchingDenoiser<Double> open(Denoiser<Double> inner, int maxBatch, int capacity) {
    var denoiser = new BatchingDenoiser<>("test", inner, maxBatch, capacity);
    opened.add(denoiser);
    return denoiser;
  }

  @Override
  public Denoiser<Double> denoiser() {
    return open(network, 2, 100);
  }

  @Override
  public List<Query<Double>> queries() {
    return IntStream.range(0, 5).mapToObj(i -> query(i)).toList();
  }

  /** A query that is recognised by its condition. */
  private static Query<Double> query(int condition) {
    return new Query<>(
        new PhiloxNoise(3, condition).gaussian("x", 0, 16), 10 * condition, (double) condition);
  }

  private static List<Query<Double>> queries(int condition, int count) {
    return IntStream.range(0, count).mapToObj(i -> query(condition)).toList();
  }

  /** Opens for one batch at a time, and records its queries. */
  private final class Gate implements Denoiser<Double> {
    final Semaphore entered = new Semaphore(0);
    final Semaphore permitted = new Semaphore(0);
    final List<List<Double>> batches = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Override
    public Parameterization parameterization() {
      return network.parameterization();
    }

    @Override
    public List<Prediction> predict(List<Query<Double>> queries) {
      List<Double> conditions = queries.stream().map(Query::condition).toList();
      batches.add(conditions);
      threads.add(Thread.currentThread());
      entered.release();
      permitted.acquireUninterruptibly();
      if (conditions.contains(666.0)) {
        throw new IllegalArgumentException("condition: 666.0 (expected: a decent one)");
      }
      if (conditions.contains(777.0)) {
        throw new OutOfMemoryError("pretended");
      }
      return network.predict(queries);
    }
  }

  private Future<List<Prediction>> ask(Denoiser<Double> denoiser, List<Query<Double>> queries) {
    return callers.submit(() -> denoiser.predict(queries));
  }

  /** Waits until this many queries are queued behind the running batch. */
  private static void awaitWaiting(BatchingDenoiser<Double> denoiser, int count)
      throws InterruptedException {
    while (denoiser.waiting() != count) {
      Thread.sleep(1);
    }
  }

  /** Starts a caller that records whether it is still interrupted after its cancellation. */
  private static Thread impatient(
      Denoiser<Double> denoiser, List<Query<Double>> queries, AtomicReference<Object> seen) {
    Thread caller =
        new Thread(
            () -> {
              try {
                denoiser.predict(queries);
              } catch (CancellationException e) {
                seen.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    return caller;
  }

  private static Throwable failure(Future<?> future) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("answered (expected: failed)");
  }

  @Test
  void whatWaitsIsMerged() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 8, 100);
    var first = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var second = ask(denoiser, queries(1, 2));
    awaitWaiting(denoiser, 2);
    var third = ask(denoiser, queries(2, 3));
    awaitWaiting(denoiser, 5);
    gate.permitted.release(2);
    assertThat(first.get()).hasSize(1);
    assertThat(second.get()).hasSize(2);
    assertThat(third.get()).hasSize(3);
    assertThat(network.batches).containsExactly(1, 5);
  }

  @Test
  void aSmallRequestIsNotHeldUpByALargeOne() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 4, 100);
    var first = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var large = ask(denoiser, queries(1, 20));
    awaitWaiting(denoiser, 20);
    var small = ask(denoiser, queries(2, 2));
    awaitWaiting(denoiser, 22);
    gate.permitted.release(2);
    assertThat(first.get()).hasSize(1);
    assertThat(small.get()).hasSize(2);
    assertThat(gate.batches.get(1)).containsExactly(1.0, 2.0, 1.0, 2.0);
    assertThat(large.isDone()).isFalse();
    gate.permitted.release(100);
    assertThat(large.get()).hasSize(20);
  }

  @Test
  void aFullQueueRefuses() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 4, 5);
    var first = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var second = ask(denoiser, queries(1, 3));
    awaitWaiting(denoiser, 3);
    assertThatThrownBy(() -> denoiser.predict(queries(2, 3)))
        .isInstanceOf(QueueFullException.class)
        .hasMessage("queries: 3 more (expected: at most 2; 3 of 5 are waiting)");
    gate.permitted.release(100);
    assertThat(first.get()).hasSize(1);
    assertThat(second.get()).hasSize(3);
    assertThat(denoiser.predict(queries(3, 20)))
        .hasSize(20); // a single request may exceed the size
  }

  @Test
  void aFailureReachesOnlyThoseWhoseQueriesFail() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 8, 100);
    var first = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var innocent = ask(denoiser, queries(1, 2));
    awaitWaiting(denoiser, 2);
    var guilty = ask(denoiser, queries(666, 20));
    awaitWaiting(denoiser, 22);
    gate.permitted.release(100);
    assertThat(first.get()).hasSize(1);
    assertThat(innocent.get()).hasSize(2);
    assertThat(failure(guilty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("condition: 666.0 (expected: a decent one)");
    assertThat(denoiser.waiting()).isZero(); // the other queries of the failed request left
    assertThat(denoiser.predict(queries(2, 1))).hasSize(1);
  }

  @Test
  void anErrorReachesItsCallersAndTheThreadLivesOn() throws Exception {
    var gate = new Gate();
    gate.permitted.release(100);
    var denoiser = open(gate, 8, 100);
    assertThat(failure(ask(denoiser, queries(777, 1)))).isInstanceOf(OutOfMemoryError.class);
    assertThat(denoiser.predict(queries(1, 1))).hasSize(1);
  }

  @Test
  void aNetworkThatAnswersTooLittleIsAnError() {
    Denoiser<Double> mute =
        new Denoiser<>() {
          @Override
          public Parameterization parameterization() {
            return Parameterization.EPS;
          }

          @Override
          public List<Prediction> predict(List<Query<Double>> queries) {
            return List.of();
          }
        };
    var denoiser = open(mute, 8, 100);
    assertThatThrownBy(() -> denoiser.predict(queries(1, 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("answers: 0 of the network (expected: 2)");
  }

  @Test
  void anInterruptedCallerLeavesWithItsQueries() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 4, 100);
    var first = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var seen = new AtomicReference<Object>();
    Thread impatient = impatient(denoiser, queries(1, 9), seen);
    awaitWaiting(denoiser, 9);
    impatient.interrupt();
    impatient.join();
    assertThat(seen.get()).isEqualTo(true);
    assertThat(denoiser.waiting()).isZero();
    gate.permitted.release(100);
    assertThat(first.get()).hasSize(1);
    assertThat(gate.batches).containsExactly(List.of(0.0));
  }

  @Test
  void anIdleNetworkIsCalledInTheThreadOfTheCaller() {
    var gate = new Gate();
    gate.permitted.release(2);
    var denoiser = open(gate, 4, 100);
    denoiser.predict(queries(0, 4));
    denoiser.predict(queries(1, 1));
    assertThat(gate.threads).containsExactly(Thread.currentThread(), Thread.currentThread());
  }

  @Test
  void aCallerInterruptedWhileItRunsTheNetworkLeavesAfterTheBatch() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 4, 100);
    var seen = new AtomicReference<Object>();
    Thread impatient = impatient(denoiser, queries(0, 1), seen);
    gate.entered.acquire();
    impatient.interrupt();
    var next = ask(denoiser, queries(1, 2));
    awaitWaiting(denoiser, 2);
    gate.permitted.release(100);
    impatient.join();
    assertThat(seen.get()).isEqualTo(true);
    assertThat(next.get()).hasSize(2);
  }

  @Test
  void anInterruptedCallerAsksNothing() {
    var denoiser = open(network, 4, 100);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> denoiser.predict(queries(0, 1)))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(network.batches).isEmpty();
  }

  @Test
  void closingEndsTheBatchUnderWayAndFailsWhatWaits() throws Exception {
    var gate = new Gate();
    var denoiser = open(gate, 4, 100);
    var underWay = ask(denoiser, queries(0, 1));
    gate.entered.acquire();
    var waiting = ask(denoiser, queries(1, 2));
    awaitWaiting(denoiser, 2);
    Future<?> closing = callers.submit(denoiser::close);
    assertThat(failure(waiting))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("denoiser: closed (expected: open)");
    assertThat(closing.isDone()).isFalse(); // the network is still in use
    gate.permitted.release();
    closing.get();
    assertThat(underWay.get()).hasSize(1);
    assertThatThrownBy(() -> denoiser.predict(queries(2, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("denoiser: closed (expected: open)");
    denoiser.close(); // a second close does nothing
  }

  @Test
  void nothingAskedIsNothingAnswered() {
    assertThat(denoiser().predict(List.of())).isEmpty();
    assertThat(network.batches).isEmpty();
  }

  @Test
  void badSizesAreRefused() {
    assertThatThrownBy(() -> new BatchingDenoiser<>("test", network, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxBatch: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> new BatchingDenoiser<>("test", network, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity: 0 (expected: ≥ 1)");
  }

  /**
   * Concurrent requests with all samplers, different steps and scales give the same samples as each
   * alone.
   */
  @Test
  void aRequestEndsTheSameAloneAndInCompany() throws Exception {
    List<Callable<List<float[]>>> alone = requests(new GuidedDenoiser<>(network));
    List<List<float[]>> expected = new ArrayList<>();
    for (Callable<List<float[]>> request : alone) {
      expected.add(request.call());
    }
    network.batches.clear();
    var gate = new Gate();
    BatchingDenoiser<Double> denoiser = open(gate, 7, 1000);
    List<Future<List<float[]>>> together =
        requests(new GuidedDenoiser<>(denoiser)).stream().map(callers::submit).toList();
    while (denoiser.waiting() < 7) {
      Thread.sleep(1);
    }
    gate.permitted.release(Integer.MAX_VALUE / 2);
    for (int i = 0; i < expected.size(); i++) {
      List<float[]> images = together.get(i).get();
      for (int image = 0; image < images.size(); image++) {
        assertThat(images.get(image)).isEqualTo(expected.get(i).get(image));
      }
    }
    assertThat(network.batches).anyMatch(size -> size > 4); // more than one request has by itself
  }

  private static List<Callable<List<float[]>>> requests(Denoiser<Guidance<Double>> denoiser) {
    var stage =
        new DiffusionStage<>(
            "toy",
            denoiser,
            new LinearSchedule(1000),
            TimestepSpacings.UNCLIP,
            Thresholding.clip(1),
            48);
    List<Callable<List<float[]>>> requests = new ArrayList<>();
    ByName<Sampler> samplers = Samplers.standard();
    for (String name : samplers.names()) {
      int number = requests.size();
      var settings = new SamplingSettings(samplers.named(name), 5 + 3 * number, 0.5 * number);
      List<Draw<Guidance<Double>>> draws =
          IntStream.range(0, 1 + number % 2)
              .mapToObj(
                  image ->
                      new Draw<>(
                          new Guidance<>(1.0 + number, 0.0, settings.guidanceScale()),
                          new PhiloxNoise(number, image)))
              .toList();
      requests.add(() -> stage.sample(draws, settings, SamplingListener.NONE));
    }
    return requests;
  }
}
