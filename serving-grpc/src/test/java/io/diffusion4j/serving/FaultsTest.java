package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.base.Throwables;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.grpc.Status.Code;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults around a server: it is killed, its disk is full, its network returns nonsense. */
@Tag("slow")
@Timeout(600)
class FaultsTest {
  private static final int CLIENTS = 8;

  @Test
  void clientsOfAServerThatIsKilledAskAgainAndGetTheSamePictures() throws Exception {
    List<GenerateImagesRequest> requests = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) { // none of them gives a seed
      requests.add(
          request("prompt " + i)
              .setRequestId(new UUID(i, 7).toString())
              .setImageCount(2)
              .putStages("decoder", steps(40))
              .build());
    }
    List<List<ByteString>> expected = new ArrayList<>();
    try (var calm = new TestServer(ToyModel.named("toy"));
        var client = calm.client()) {
      for (var request : requests) {
        expected.add(pictures(client.generate(request, progress -> {})));
      }
    }

    var interrupted = new AtomicInteger();
    var underWay = new CountDownLatch(2);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    ToyServer first = ToyServer.start(0, 20, Redirect.DISCARD);
    try {
      List<Future<List<ByteString>>> drawn = new ArrayList<>();
      for (var request : requests) {
        drawn.add(clients.submit(() -> insist(first.address(), request, underWay, interrupted)));
      }
      underWay.await();
      first.kill();
      try (var second = ToyServer.start(first.port(), 1, Redirect.DISCARD)) {
        assertThat(second.port()).isEqualTo(first.port());
        for (int i = 0; i < CLIENTS; i++) {
          assertThat(drawn.get(i).get()).as("request %d", i).isEqualTo(expected.get(i));
        }
      }
      assertThat(interrupted).as("clients that met the end").hasPositiveValue();
    } finally {
      first.close();
      clients.shutdownNow();
    }
  }

  /** A client that retries until it has its pictures. */
  private static List<ByteString> insist(
      String server,
      GenerateImagesRequest request,
      CountDownLatch underWay,
      AtomicInteger interrupted)
      throws InterruptedException {
    try (var client = GenerationClient.connect(server)) {
      while (true) {
        try {
          return pictures(client.generate(request, progress -> underWay.countDown()));
        } catch (GenerationException e) {
          assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
          interrupted.incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    }
  }

  private static List<ByteString> pictures(Generation generation) {
    return generation.images().stream().map(picture -> ByteString.copyFrom(picture.png())).toList();
  }

  @Test
  void aServerThatIsToldToEndFinishesWhatRuns() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(1);
    try (var server = ToyServer.start(0, 20, Redirect.DISCARD);
        var client = GenerationClient.connect(server.address())) {
      var underWay = new CountDownLatch(1);
      var request = request("runs").putStages("decoder", steps(40)).build();
      Future<Generation> drawn =
          clients.submit(() -> client.generate(request, progress -> underWay.countDown()));
      underWay.await();
      Process process = server.terminate();
      assertThat(drawn.get().images()).hasSize(1);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void aFullDiskForTheLogDoesNotStopTheServer() throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "needs /dev/full");
    try (var server = ToyServer.start(0, 0, Redirect.to(full));
        var client = GenerationClient.connect(server.address())) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.generate(request("x").build(), progress -> {}).images()).hasSize(1);
        assertThat(
                catchThrowableOfType(
                        GenerationException.class,
                        () -> client.generate(request("").build(), progress -> {}))
                    .code())
            .isEqualTo(Code.INVALID_ARGUMENT);
      }
    }
  }

  @Test
  void aRequestForWhichThereIsNoMemoryIsRefusedAndTheServerLivesOn() throws Exception {
    var failures =
        new ArrayDeque<Supplier<Throwable>>(
            List.of(
                () -> new NativeOutOfMemoryException("batch: 1 rows", new RuntimeException()),
                () -> new OutOfMemoryError("Java heap space")));
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (!failures.isEmpty()) {
                Throwables.throwIfUnchecked(failures.remove().get());
              }
            });
    try (var server = new TestServer(model)) {
      while (!failures.isEmpty()) {
        var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
        assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.reason()).isEqualTo("OUT_OF_MEMORY");
      }
      assertThat(server.blocking().generateImages(request("x").build()).getImagesCount())
          .isEqualTo(1);
    }
  }

  @Test
  void aNetworkThatAnswersNotANumberFailsItsRequestAndNoOther() throws Exception {
    var calls = new AtomicInteger();
    var model =
        ToyModel.named(
            "sick",
            query -> {
              if (calls.getAndIncrement() % 2 == 0) {
                Arrays.fill(query.xt(), Float.NaN);
              }
            });
    try (var server = new TestServer(model, ToyModel.named("well"))) {
      var well = request("x").setModel("well").addSeeds(1).build();
      var before = server.blocking().generateImages(well).getImagesList();
      Call sick = Call.start(server.channel, request("x").setModel("sick"));
      assertThat(server.blocking().generateImages(well).getImagesList()).isEqualTo(before);
      assertThat(sick.end().getCode()).isEqualTo(Code.INTERNAL);
      assertThat(server.blocking().generateImages(well).getImagesList()).isEqualTo(before);
    }
  }
}
