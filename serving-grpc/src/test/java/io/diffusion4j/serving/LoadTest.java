package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Many clients at once, of whom not all behave: some cancel, have no time, hang up, read slowly, or
 * do not even speak. Every call ends once, every picture that arrives is the right one, and nothing
 * is left in the end.
 *
 * <p>The short form runs with the other tests. The long one, which tells its figures, is
 *
 * <pre>{@code
 * ./mvnw test -pl serving-grpc -am -Dtest=LoadTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dload.clients=200 -Dload.seconds=600
 * }</pre>
 */
class LoadTest {
  private static final int CLIENTS = Integer.getInteger("load.clients", 16);
  private static final int SECONDS_LONG = Integer.getInteger("load.seconds", 0);
  private static final int CALLS_SHORT = 12;
  private static final int RECIPES = 12;

  /** Counts what begins and what ends, and what is under way. */
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

  /** A request and what it is to give. */
  private record Recipe(GenerateImagesRequest.Builder request, List<ByteString> images) {
    /** The same under a new id, so that it is drawn and not remembered. */
    GenerateImagesRequest.Builder fresh() {
      return request.clone().setRequestId(UUID.randomUUID().toString());
    }
  }

  private final Books books = new Books();
  private final ConcurrentHashMultiset<String> outcomes = ConcurrentHashMultiset.create();
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

  @Test
  void everyCallEndsOnceEveryPictureIsRightAndNothingIsLeft() throws Exception {
    ServerConfig config = CONFIG.withQueueCapacity(Math.max(4, CLIENTS / 2));
    Module module = books;
    try (var server =
        new TestServer(
            config, module, ToyModel.named("toy", query -> LockSupport.parkNanos(200_000)))) {
      List<Recipe> recipes = recipes(server);
      int workers = workers();
      long memory = memory();
      long start = System.nanoTime();
      ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
      try {
        List<Future<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          int seed = i;
          clients.add(threads.submit(() -> client(server, recipes, seed, start)));
        }
        int calls = 0;
        for (Future<Integer> client : clients) {
          calls += client.get();
        }
        assertThat(outcomes).as("%s", outcomes).hasSize(calls);
      } finally {
        threads.shutdownNow();
      }
      double seconds = (System.nanoTime() - start) / 1e9;

      server.awaitUnfinished(0);
      awaitZero("calls without an end", () -> books.begun.get() - books.ended.get());
      awaitZero("images under way", books.imagesUnderWay::get);
      awaitZero("requests in the queue", books.depth::get);
      assertThat(books.deepest.get()).isLessThanOrEqualTo(config.queueCapacity() + workers);
      assertThat(workers()).as("threads that draw").isEqualTo(workers);
      for (Recipe recipe : recipes) { // and it is as good as before
        assertThat(images(server.blocking().generateImages(recipe.fresh().build())))
            .isEqualTo(recipe.images());
      }
      assertThat(outcomes.elementSet())
          .contains("OK", "OK, read slowly", "CANCELLED")
          .noneMatch(outcome -> outcome.contains("INTERNAL") || outcome.contains("UNKNOWN"));
      tell(seconds, memory);
    }
  }

  private List<Recipe> recipes(TestServer server) {
    List<Recipe> recipes = new ArrayList<>();
    for (int i = 0; i < RECIPES; i++) {
      var request =
          request("prompt " + i)
              .addSeeds(i)
              .setImageCount(1 + i % 3)
              .putStages("decoder", steps(2 + 2 * (i % 4)));
      var images = images(server.blocking().generateImages(request.build()));
      recipes.add(new Recipe(request, images));
    }
    return recipes;
  }

  private static List<ByteString> images(GenerateImagesResponse response) {
    return response.getImagesList().stream().map(GeneratedImage::getData).toList();
  }

  /** One client after another habit; returns how many calls it made. */
  private int client(TestServer server, List<Recipe> recipes, int seed, long start)
      throws Exception {
    var random = new SplittableRandom(seed);
    ManagedChannel own =
        NettyChannelBuilder.forAddress("127.0.0.1", server.server.port())
            .usePlaintext()
            .flowControlWindow(16 << 10)
            .build();
    int calls = 0;
    try (var silent = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      assertThat(silent.isConnected()).isTrue(); // and never says a word
      while (SECONDS_LONG == 0
          ? calls < CALLS_SHORT
          : System.nanoTime() - start < SECONDS.toNanos(SECONDS_LONG)) {
        Recipe recipe = recipes.get(random.nextInt(recipes.size()));
        switch ((seed + calls++) % 6) {
          case 0, 1 -> generate(own, recipe);
          case 2 -> cancel(own, recipe, random);
          case 3 -> readSlowly(own, recipe, random);
          case 4 -> haveNoTime(own, recipe, random);
          default -> hangUp(server, recipe, random);
        }
      }
    } finally {
      own.shutdownNow().awaitTermination(10, SECONDS);
    }
    return calls;
  }

  private void generate(ManagedChannel channel, Recipe recipe) {
    long begun = System.nanoTime();
    try {
      var response =
          GenerationServiceGrpc.newBlockingStub(channel).generateImages(recipe.fresh().build());
      assertThat(images(response)).isEqualTo(recipe.images());
      nanos.add(System.nanoTime() - begun);
      outcomes.add("OK");
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      outcomes.add("RESOURCE_EXHAUSTED");
    }
  }

  private void cancel(ManagedChannel channel, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    Call call = Call.start(channel, recipe.fresh());
    pause(random, 20);
    call.cancel();
    ended(call, recipe, "", Code.CANCELLED);
  }

  private void readSlowly(ManagedChannel channel, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    Call call = Call.startWithoutReading(channel, recipe.fresh());
    pause(random, 100);
    call.read();
    ended(call, recipe, ", read slowly", Code.RESOURCE_EXHAUSTED);
  }

  private void haveNoTime(ManagedChannel channel, Recipe recipe, SplittableRandom random) {
    try {
      var response =
          GenerationServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(Duration.ofMillis(random.nextInt(1, 100)))
              .generateImages(recipe.fresh().build());
      assertThat(images(response)).isEqualTo(recipe.images());
      outcomes.add("OK");
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isIn(Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED);
      outcomes.add(e.getStatus().getCode().name());
    }
  }

  private void hangUp(TestServer server, Recipe recipe, SplittableRandom random)
      throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.server.port()).usePlaintext().build();
    Call call = Call.start(channel, recipe.fresh());
    pause(random, 20);
    channel.shutdownNow();
    ended(call, recipe, "", Code.UNAVAILABLE, Code.CANCELLED); // as far as it got
  }

  private static void pause(SplittableRandom random, int mostMillis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMillis));
  }

  /** A stream has ended well, for lack of room, or as its client meant it to. */
  private void ended(Call call, Recipe recipe, String how, Code... meant)
      throws InterruptedException {
    Status end = call.end();
    if (end.isOk()) {
      assertThat(images(call)).isEqualTo(recipe.images());
      outcomes.add("OK" + how);
    } else {
      assertThat(end.getCode())
          .matches(code -> code == Code.RESOURCE_EXHAUSTED || Arrays.asList(meant).contains(code));
      outcomes.add(end.getCode().name());
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

  private static int workers() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("diffusion-worker-"))
            .count();
  }

  private static long memory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
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

  private void tell(double seconds, long memoryBefore) {
    if (SECONDS_LONG == 0) {
      return;
    }
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "%d clients, %.0f s: %s%n%.1f calls/s; whole requests p50 %.0f ms, p99 %.0f ms; heap %+d"
            + " kB%n",
        CLIENTS,
        seconds,
        outcomes,
        outcomes.size() / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length * 99 / 100] / 1e6,
        (memory() - memoryBefore) / 1024);
  }
}
