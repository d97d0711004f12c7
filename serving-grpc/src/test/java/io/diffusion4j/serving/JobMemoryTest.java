package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.bearer;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory of jobs is bounded, whether they wait, run or are finished. */
@Timeout(60)
class JobMemoryTest {
  private static final long MAX = 1 << 20;
  private static final int PLACES = 1000;

  /** The size of an image without compression. */
  private static final long BYTES_OF_PIXELS = 3 * ToyModel.LARGE * ToyModel.LARGE;

  private final Gate gate = new Gate();

  @SuppressWarnings("NullAway.Init") // before each test
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    ServerConfig config =
        CONFIG.withRows(1).withQueueCapacity(PLACES).withLimits(CONFIG.limits().withJobBytes(MAX));
    server =
        new TestServer(
            config, TestServer.asking(JobMemoryTest::of), ToyModel.named("toy", gate::accept));
  }

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  /** Tokens are the names of tenants. */
  private static Principal of(String token) {
    return new Principal(
        token, Principal.ANYBODY.roles(), Set.of(Principal.EVERY_MODEL), Quota.NONE);
  }

  private Channel as(String tenant) {
    return ClientInterceptors.intercept(server.channel, bearer(tenant));
  }

  private Refusal refusal(String tenant) {
    var stub = GenerationServiceGrpc.newBlockingStub(as(tenant));
    return Refusal.of(() -> stub.generateImages(request("x").build()));
  }

  private int draw(String tenant, int images) {
    var request = request("x").setImageCount(images).build();
    return GenerationServiceGrpc.newBlockingStub(as(tenant))
        .generateImages(request)
        .getImagesCount();
  }

  @Test
  void requestsThatDoNotFitAreRefusedAndOneTenantCannotTakeAll() throws Exception {
    List<Call> accepted = new ArrayList<>();
    Call next = Call.start(as("a"), request("x"));
    while (next.isAccepted()) {
      accepted.add(next);
      next = Call.start(as("a"), request("x"));
    }
    assertThat(accepted.size()).isBetween(2, (int) (MAX / BYTES_OF_PIXELS));
    assertThat(server.jobBytes()).isBetween(MAX / 2, MAX);
    var refusal = refusal("a");
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo("SERVER_BUSY");
    assertThat(refusal.detail(RetryInfo.class)).isPresent();

    Call other = Call.start(as("b"), request("x"));
    assertThat(other.isAccepted()).as("there is room for another tenant").isTrue();
    assertThat(refusal("b").reason()).isEqualTo("SERVER_BUSY");
    assertThat(server.jobBytes()).isLessThanOrEqualTo(MAX);

    gate.open();
    for (Call call : accepted) {
      assertThat(call.end().isOk()).isTrue();
    }
    assertThat(other.end().isOk()).isTrue();
    assertThat(draw("a", 1)).isEqualTo(1);
  }

  @Test
  void resultsGiveWayToRequests() throws Exception {
    gate.open();
    long each = 4 * BYTES_OF_PIXELS;
    for (long drawn = 0; drawn < 2 * MAX; drawn += each) {
      assertThat(draw("a", 4)).isEqualTo(4);
      assertThat(server.jobBytes()).isLessThanOrEqualTo(MAX);
    }
    assertThat(server.jobBytes()).as("results are kept").isGreaterThan(MAX / 2);
  }

  /** A repeat is answered without being drawn again, so its answers are limited by their memory. */
  @Test
  void repeatsThatNobodyReadsAreRefused() throws Exception {
    gate.open();
    var request = request("x").setImageCount(4).setRequestId(UUID.randomUUID().toString()).build();
    var stub = GenerationServiceGrpc.newBlockingStub(as("a"));
    assertThat(stub.generateImages(request).getImagesCount()).isEqualTo(4);
    List<ClientCall<?, ?>> unread = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      var call =
          as("a").newCall(GenerationServiceGrpc.getGenerateImagesMethod(), CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage(request);
      call.halfClose();
      unread.add(call);
    }
    Optional<String> refused = Optional.empty();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (refused.isEmpty() && System.nanoTime() < end) { // until the calls are answered
      try {
        stub.generateImages(request);
      } catch (StatusRuntimeException e) {
        refused = Optional.of(Refusal.of(e).reason());
      }
    }
    assertThat(refused).hasValue("SERVER_BUSY");
    assertThat(draw("b", 1)).as("another tenant has a share").isEqualTo(1);
    unread.forEach(call -> call.cancel("gone", null));
  }

  @Test
  void aRequestThatFitsOnlyAloneIsDrawnAlone() throws Exception {
    Call large = Call.start(as("a"), request("x").setImageCount(ToyModel.MAX_IMAGES));
    assertThat(large.isAccepted()).isTrue();
    assertThat(server.jobBytes()).isGreaterThan(MAX - MAX / 8);
    assertThat(refusal("a").reason()).isEqualTo("SERVER_BUSY");
    gate.open();
    assertThat(large.end().isOk()).isTrue();
  }
}
