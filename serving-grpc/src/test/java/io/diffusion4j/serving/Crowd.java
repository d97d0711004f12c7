package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.common.collect.Multiset;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceFutureStub;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many concurrent clients of one server, some of them badly behaved: they cancel, have short
 * deadlines, disconnect, read slowly, or send nothing. Their results are compared with those of a
 * single client.
 */
public final class Crowd {
  private static final int RECIPES = 12;

  /** Refused clients retry after the delay in RetryInfo, at most this. */
  private static final int MAX_MILLIS_REFUSED = 2_000;

  /**
   * The duration of a call is unknown, since there is a queue and the machine may be busy. But
   * while there is work, calls end. If none has ended for this long, the remaining calls are lost.
   */
  private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(3);

  private final int port;
  private final List<Recipe> recipes = new ArrayList<>();
  private final ConcurrentHashMultiset<String> outcomes = ConcurrentHashMultiset.create();
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private final LongAdder pictures = new LongAdder();
  private volatile long lastEnd;
  private double seconds;

  /** A request and its expected result. */
  private record Recipe(GenerateImagesRequest.Builder request, List<ByteString> images) {
    /** Returns the request under a new id, so that it is drawn again. */
    GenerateImagesRequest.Builder fresh() {
      return request.clone().setRequestId(UUID.randomUUID().toString());
    }
  }

  /** Creates a crowd, after drawing the expected results on the idle server on this port. */
  public Crowd(int port) {
    this.port = port;
    ManagedChannel channel = channel();
    try {
      for (int i = 0; i < RECIPES; i++) {
        var request =
            request("prompt " + i)
                .addSeeds(i)
                .setImageCount(1 + i % 3)
                .putStages("prior", steps(2))
                .putStages("decoder", steps(2 + 2 * (i % 4)))
                .putStages("super_res", steps(2));
        recipes.add(new Recipe(request, drawn(channel, request)));
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .flowControlWindow(16 << 10)
        .build();
  }

  private static List<ByteString> drawn(
      ManagedChannel channel, GenerateImagesRequest.Builder request) {
    return images(GenerationServiceGrpc.newBlockingStub(channel).generateImages(request.build()));
  }

  /**
   * Runs this many clients.
   *
   * @param least the smallest number of calls of each client
   * @param atLeast the shortest time for which each client makes calls
   */
  public void ask(int clients, int least, Duration atLeast) throws Exception {
    outcomes.clear();
    nanos.clear();
    pictures.reset();
    long start = System.nanoTime();
    lastEnd = start;
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int seed = i;
        all.add(threads.submit(() -> client(seed, least, start + atLeast.toNanos())));
      }
      int made = 0;
      for (Future<Integer> client : all) {
        made += client.get();
      }
      assertThat(outcomes).as("one outcome for each call").hasSize(made);
    } finally {
      threads.shutdownNow();
    }
    seconds = (System.nanoTime() - start) / 1e9;
  }

  /** Checks that the server still draws the expected results. */
  public void assertAsBefore() {
    ManagedChannel channel = channel();
    try {
      for (Recipe recipe : recipes) {
        assertThat(drawn(channel, recipe.fresh())).isEqualTo(recipe.images());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** The outcomes of the last run. */
  public Multiset<String> outcomes() {
    return outcomes;
  }

  /** The figures of the last run, in three lines. */
  public String report() {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return String.format(
        "%.0f s: %d calls, %s%n%.1f calls/s, %.2f pictures/s, all as they should be%n%d unary"
            + " requests that were served: p50 %.0f ms, p99 %.0f ms, longest %.0f ms",
        seconds,
        outcomes.size(),
        outcomes,
        outcomes.size() / seconds,
        pictures.sum() / seconds,
        sorted.length,
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6,
        sorted[sorted.length - 1] / 1e6);
  }

  private static List<ByteString> images(GenerateImagesResponse response) {
    return response.getImagesList().stream().map(GeneratedImage::getData).toList();
  }

  /** Runs one client, and returns its number of calls. */
  private int client(int seed, int least, long end) throws Exception {
    var random = new SplittableRandom(seed);
    ManagedChannel own = channel();
    int calls = 0;
    try (var silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(silent.isConnected()).isTrue(); // and sends nothing
      while (calls < least || System.nanoTime() < end) {
        Recipe recipe = recipes.get(random.nextInt(recipes.size()));
        Code code =
            switch ((seed + calls++) % 6) {
              case 0, 1 -> generate(own, recipe);
              case 2 -> cancel(own, recipe, random);
              case 3 -> readSlowly(own, recipe, random);
              case 4 -> haveNoTime(own, recipe, random);
              default -> hangUp(recipe, random);
            };
        if (code == Code.RESOURCE_EXHAUSTED) {
          pause(random, MAX_MILLIS_REFUSED);
        }
      }
    } finally {
      own.shutdownNow().awaitTermination(10, SECONDS);
    }
    return calls;
  }

  private Code generate(ManagedChannel channel, Recipe recipe) throws InterruptedException {
    long begun = System.nanoTime();
    Code code = ask(GenerationServiceGrpc.newFutureStub(channel), recipe, Code.RESOURCE_EXHAUSTED);
    if (code == Code.OK) {
      nanos.add(System.nanoTime() - begun);
    }
    return code;
  }

  private Code cancel(ManagedChannel channel, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    Call call = Call.start(channel, recipe.fresh());
    pause(random, 20);
    call.cancel();
    return ended(call, recipe, "", Code.CANCELLED);
  }

  private Code readSlowly(ManagedChannel channel, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    Call call = Call.startWithoutReading(channel, recipe.fresh());
    pause(random, 100);
    call.read();
    return ended(call, recipe, ", read slowly", Code.RESOURCE_EXHAUSTED);
  }

  private Code haveNoTime(ManagedChannel channel, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    var hurried =
        GenerationServiceGrpc.newFutureStub(channel)
            .withDeadlineAfter(Duration.ofMillis(random.nextInt(1, 100)));
    return ask(hurried, recipe, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED);
  }

  /** A unary call that succeeds, or fails in an allowed way. */
  private Code ask(GenerationServiceFutureStub service, Recipe recipe, Code... others)
      throws InterruptedException {
    try {
      GenerateImagesResponse response = await(service.generateImages(recipe.fresh().build()));
      return served(images(response), recipe, "");
    } catch (ExecutionException e) {
      Code code = Status.fromThrowable(e).getCode();
      assertThat(code).as("%s", e.getCause()).isIn((Object[]) others);
      return outcome(code, "");
    }
  }

  private Code hangUp(Recipe recipe, SplittableRandom random) throws InterruptedException {
    ManagedChannel channel = channel();
    Call call = Call.start(channel, recipe.fresh());
    pause(random, 20);
    channel.shutdownNow();
    return ended(call, recipe, "", Code.UNAVAILABLE, Code.CANCELLED); // the part that arrived
  }

  private static void pause(SplittableRandom random, int mostMillis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMillis));
  }

  /**
   * Checks that a stream succeeded, was refused by a full queue, or ended as its client intended.
   */
  private Code ended(Call call, Recipe recipe, String how, Code... meant)
      throws InterruptedException {
    Status end;
    try {
      end = await(call.whenEnded());
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
    if (end.isOk()) {
      return served(images(call), recipe, how);
    }
    assertThat(end.getCode())
        .matches(code -> code == Code.RESOURCE_EXHAUSTED || Arrays.asList(meant).contains(code));
    return outcome(end.getCode(), "");
  }

  private Code served(List<ByteString> images, Recipe recipe, String how) {
    assertThat(images).isEqualTo(recipe.images());
    pictures.add(images.size());
    return outcome(Code.OK, how);
  }

  private Code outcome(Code end, String how) {
    outcomes.add(end.name() + how);
    lastEnd = System.nanoTime();
    return end;
  }

  /** Waits for the end of a call as long as other calls end. */
  private <T> T await(Future<T> call) throws InterruptedException, ExecutionException {
    while (true) {
      try {
        return call.get(1, SECONDS);
      } catch (TimeoutException e) {
        assertThat(Duration.ofNanos(System.nanoTime() - lastEnd))
            .as("time in which no call ended")
            .isLessThan(LONGEST_STANDSTILL);
      }
    }
  }

  private static List<ByteString> images(Call call) {
    List<ByteString> images = new ArrayList<>();
    ByteString image = ByteString.EMPTY;
    for (StreamGenerateImagesResponse event : call.events) {
      if (event.hasImageChunk()) {
        image = image.concat(event.getImageChunk().getData());
      } else if (event.hasImageDone()) {
        images.add(image);
        image = ByteString.EMPTY;
      }
    }
    return images;
  }
}
