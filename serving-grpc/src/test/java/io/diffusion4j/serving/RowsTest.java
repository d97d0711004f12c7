package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The images of all requests share the rows of a network's calls, and no row stays empty. */
@Timeout(60)
class RowsTest {
  // Prompts that the toy can distinguish.
  private static final String A = "aaaa";
  private static final String B = "aaab";
  private static final String C = "aaba";
  private static final String D = "abaa";

  /** The decoder's network behind the merger of calls, which waits for a test before each call. */
  private static final class Network implements AutoCloseable {
    private final BlockingQueue<List<String>> calls = new LinkedBlockingQueue<>();
    private final Semaphore allowed = new Semaphore(0);

    private volatile boolean underWay;

    @SuppressWarnings("NullAway.Init") // set by the engine before the first call
    private BatchingDenoiser<ImageDecoder.Condition> merged;

    ImagePipeline engine() {
      return ToyModel.behind(
          "toy",
          network -> {
            merged = new BatchingDenoiser<>("toy", held(network), 16, 1000);
            return inTurn(merged);
          });
    }

    private Denoiser<ImageDecoder.Condition> held(Denoiser<ImageDecoder.Condition> network) {
      return new Denoiser<>() {
        @Override
        public Parameterization parameterization() {
          return network.parameterization();
        }

        @Override
        public List<Prediction> predict(List<Query<ImageDecoder.Condition>> queries) {
          underWay = true;
          calls.add(queries.stream().map(Network::prompt).toList());
          allowed.acquireUninterruptibly();
          List<Prediction> answers = network.predict(queries);
          underWay = false;
          return answers;
        }
      };
    }

    /** Admits waiting queries to the next call before those that were just answered. */
    private Denoiser<ImageDecoder.Condition> inTurn(
        BatchingDenoiser<ImageDecoder.Condition> network) {
      return new Denoiser<>() {
        @Override
        public Parameterization parameterization() {
          return network.parameterization();
        }

        @Override
        public List<Prediction> predict(List<Query<ImageDecoder.Condition>> queries) {
          List<Prediction> answers = network.predict(queries);
          while (!underWay && network.waiting() > 0) {
            Thread.onSpinWait();
          }
          return answers;
        }
      };
    }

    /** Waits until a call is running. */
    void awaitCall() throws InterruptedException {
      while (!underWay) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    private static String prompt(Query<ImageDecoder.Condition> query) {
      float[] text = query.condition().prompt().text().embedding();
      return List.of(A, B, C, D).stream()
          .filter(prompt -> Arrays.equals(ToyModel.encode(prompt).embedding(), text))
          .findFirst()
          .orElseThrow();
    }

    /** Waits until this many rows are in a call or queued for one, and releases the call. */
    List<String> next(int rows) throws InterruptedException {
      List<String> call = requireNonNull(calls.poll(20, TimeUnit.SECONDS), "no call");
      while (call.size() + merged.waiting() != rows) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      allowed.release();
      return call;
    }

    @Override
    public void close() {
      allowed.release(1_000_000);
    }
  }

  private final Network network = new Network();

  private static GenerateImagesRequest.Builder asked(String prompt, int images, int steps) {
    return request(prompt).setImageCount(images).putStages("decoder", steps(steps));
  }

  /** Starts a request, which must be accepted with this many requests ahead. */
  private static Call start(
      TestServer server, int ahead, String prompt, int images, int decoderSteps) throws Exception {
    Call call = Call.start(server.channel, asked(prompt, images, decoderSteps));
    assertThat(call.queuePosition()).isEqualTo(ahead);
    return call;
  }

  @Test
  void aRowThatACancelFreesIsTakenWhileTheOthersAreUnderWay() throws Exception {
    try (network;
        var server = new TestServer(CONFIG.withRows(3), network.engine())) {
      Call a = start(server, 0, A, 1, 50);
      network.awaitCall();
      Call b = start(server, 0, B, 1, 50);
      Call c = start(server, 0, C, 1, 50);
      network.next(3); // the first request
      List<String> two = new ArrayList<>(network.next(3));
      two.addAll(network.next(3));
      assertThat(two).as("all three, in two calls by turns").containsExactlyInAnyOrder(A, B, C);

      Call d = start(server, 0, D, 1, 4);
      b.cancel();
      server.awaitUnfinished(3);
      List<List<String>> calls = new ArrayList<>();
      List<String> rows = new ArrayList<>();
      while (Collections.frequency(rows, D) < 4) {
        calls.add(network.next(3));
        rows.addAll(calls.get(calls.size() - 1));
      }
      assertThat(Collections.frequency(rows, B)).as("steps after the cancel").isLessThan(2);
      assertThat(calls).as("two until it is in, two for each step").hasSizeLessThanOrEqualTo(10);
      assertThat(a.hasEnded() || c.hasEnded()).isFalse();
      network.close();
      for (Call call : List.of(a, c, d)) {
        assertThat(call.end().isOk()).isTrue();
      }
    }
  }

  @Test
  void aRowThatAnEndFreesIsEnoughForARequestForMore() throws Exception {
    try (network;
        var server = new TestServer(CONFIG.withRows(4), network.engine())) {
      Call a = start(server, 0, A, 3, 50);
      Call b = start(server, 0, B, 1, 4);
      Call c = start(server, 0, C, 2, 4);
      List<String> rows = new ArrayList<>();
      while (Collections.frequency(rows, C) < 2 * 4) {
        rows.addAll(network.next(4));
      }
      assertThat(Collections.frequency(rows, B)).isEqualTo(4);
      assertThat(a.hasEnded()).isFalse();
      network.close();
      for (Call call : List.of(a, b, c)) {
        assertThat(call.end().isOk()).isTrue();
      }
    }
  }

  /** Records the number of images of each batch. */
  private static final class Sizes extends AbstractModule implements ServingListener {
    final List<Integer> sizes = new CopyOnWriteArrayList<>();

    @Override
    protected void configure() {
      Multibinder.newSetBinder(binder(), ServingListener.class).addBinding().toInstance(this);
    }

    @Override
    public void batchBegan(String model, int images) {
      sizes.add(images);
    }
  }

  @Test
  void aRequestForManyTakesAllRowsWhileItIsAlone() throws Exception {
    var batches = new Sizes();
    AbstractModule module = batches;
    try (var server = new TestServer(CONFIG, module, ToyModel.named("toy", query -> {}))) {
      assertThat(server.blocking().generateImages(asked(B, 6, 1).build()).getImagesCount())
          .isEqualTo(6);
      assertThat(batches.sizes).containsExactly(4, 2);
    }
  }

  @Test
  void aRequestForManyTakesFewerAtOnceWhileAnotherIsThere() throws Exception {
    var gate = new Gate();
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (Network.prompt(query).equals(A)) {
                gate.accept(query);
              }
            });
    var batches = new Sizes();
    AbstractModule module = batches;
    try (var server = new TestServer(CONFIG, module, model)) {
      Call other = Call.start(server.channel, asked(A, 1, 1));
      gate.awaitCall();
      assertThat(server.blocking().generateImages(asked(B, 6, 1).build()).getImagesCount())
          .isEqualTo(6);
      gate.open();
      assertThat(other.end().isOk()).isTrue();
      assertThat(batches.sizes).containsExactly(1, 2, 2, 2);
    }
  }
}
