package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.asking;
import static io.diffusion4j.serving.TestServer.bearer;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Module;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.grpc.ServingHealth;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The error behaviour of the service: one row for each event, with its code and details. */
@Timeout(600)
class MannersTest {
  private static final ServerConfig ONE_ROW = CONFIG.withRows(1);

  private final Gate gate = new Gate();

  @AfterEach
  void openGate() {
    gate.open();
  }

  private TestServer gated(ServerConfig config) throws IOException {
    return new TestServer(config, ToyModel.named("toy", gate::accept));
  }

  @Test
  void anInvalidFieldIsInvalidArgumentWithAllViolationsByPath() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .generateImages(
                          request(" ")
                              .setImageCount(0)
                              .putStages(
                                  "decoder",
                                  StageOptions.newBuilder().setSteps(0).setSampler("dmp").build())
                              .build()));
      assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList())
          .extracting(BadRequest.FieldViolation::getField)
          .containsExactly(
              "text_to_image.prompt.text",
              "image_count",
              "stages[\"decoder\"].sampler",
              "stages[\"decoder\"].steps");
      assertInfo(refusal, "INVALID_FIELDS");
    }
  }

  @Test
  void anUnknownModelIsNotFoundAndAnUnknownSamplerInvalidWithTheValidNames() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"), ToyModel.named("other"))) {
      var model =
          Refusal.of(() -> server.blocking().generateImages(request("x").setModel("m").build()));
      assertThat(model.code()).isEqualTo(Code.NOT_FOUND);
      assertThat(assertInfo(model, "MODEL_NOT_FOUND").getMetadataMap())
          .containsEntry("known_models", "other,toy");
      var options = StageOptions.newBuilder().setSampler("dmp").build();
      var sampler =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .generateImages(request("x").putStages("prior", options).build()));
      assertThat(sampler.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(sampler.detail(BadRequest.class).orElseThrow().getFieldViolations(0))
          .extracting(BadRequest.FieldViolation::getDescription)
          .asString()
          .contains(Samplers.standard().names());
    }
  }

  @Test
  void aFullQueueIsResourceExhaustedWithItsDepthAndWhenToComeAgain() throws Exception {
    try (var server = gated(ONE_ROW.withQueueCapacity(1))) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();
      var refusal = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(assertInfo(refusal, "QUEUE_FULL").getMetadataMap()).containsEntry("depth", "1");
      assertThat(refusal.detail(RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
          .isPositive();
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      assertThat(waits.end().isOk()).isTrue();
    }
  }

  @Test
  void aDeadlineThatTheEstimateCannotMeetIsRefusedAtOnce() throws Exception {
    var model = ToyModel.named("toy", query -> LockSupport.parkNanos(20_000_000));
    try (var server = new TestServer(model)) {
      server.blocking().generateImages(request("is measured").build());
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .withDeadlineAfter(Duration.ofSeconds(10))
                      .generateImages(request("x").putStages("decoder", steps(1000)).build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertInfo(refusal, "DEADLINE_TOO_SOON");
      server.awaitUnfinished(0);
    }
  }

  @Test
  void aDeadlineThatPassesStopsBeforeTheNextStep() throws Exception {
    try (var server = gated(CONFIG)) {
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .withDeadlineAfter(Duration.ofSeconds(2))
                      .generateImages(request("x").putStages("decoder", steps(50)).build()));
      assertThat(refusal.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      server.awaitUnfinished(0);
      gate.open();
      server.blocking().generateImages(request("another").build());
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @Test
  void aClientThatCancelsStopsBeforeTheNextStepAndLeavesTheQueueAtOnce() throws Exception {
    try (var server = gated(ONE_ROW.withQueueCapacity(1))) {
      Call runs = Call.start(server.channel, request("runs").putStages("decoder", steps(50)));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();
      waits.cancel();
      server.awaitUnfinished(1);
      Call next = Call.start(server.channel, request("has its place"));
      assertThat(next.queuePosition()).isZero();
      runs.cancel();
      server.awaitUnfinished(1);
      assertThat(runs.end().getCode()).isEqualTo(Code.CANCELLED);
      assertThat(waits.end().getCode()).isEqualTo(Code.CANCELLED);
      gate.open();
      assertThat(next.end().isOk()).isTrue();
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @Test
  void aClientThatDisconnectsStopsBeforeTheNextStep() throws Exception {
    try (var server = gated(CONFIG);
        var other = server.client()) {
      Call.start(server.channel, request("x").putStages("decoder", steps(50)));
      gate.awaitCall();
      server.channel.shutdownNow();
      server.awaitUnfinished(0);
      gate.open();
      other.generate(request("another").build(), progress -> {});
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @Test
  void aServerThatDrainsIsUnavailableAndNotServingWhileRunningWorkFinishes() throws Exception {
    try (var server = gated(ONE_ROW.withGrace(Duration.ofMinutes(1)))) {
      var health = HealthGrpc.newBlockingStub(server.channel);
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();
      Thread closing = new Thread(server.server::close);
      closing.start();
      assertThat(waits.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.NOT_SERVING);
      var model = HealthCheckRequest.newBuilder().setService("diffusion4j.v1.model/toy").build();
      assertThat(health.check(model).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      var refusal = Refusal.of(() -> server.blocking().generateImages(request("new").build()));
      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
      assertInfo(refusal, "SHUTTING_DOWN");
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      closing.join();
    }
  }

  /** The server does not listen before it can serve. */
  @Test
  void aServerThatIsStillLoadingIsUnavailable() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try (var server = TestServer.wire(CONFIG.withPort(port), ToyModel.named("toy"))) {
      var health = HealthGrpc.newBlockingStub(channel).withWaitForReady();
      var early =
          Refusal.of(
              () ->
                  HealthGrpc.newBlockingStub(channel)
                      .check(HealthCheckRequest.getDefaultInstance()));
      assertThat(early.code()).isEqualTo(Code.UNAVAILABLE);
      server.start();
      assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void noOrWrongOrExpiredCredentialsAreUnauthenticated() throws Exception {
    try (var server = new TestServer(CONFIG, tenants(), ToyModel.named("toy"))) {
      var none = Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      assertThat(none.code()).isEqualTo(Code.UNAUTHENTICATED);
      assertInfo(none, "TOKEN_MISSING");
      var wrong = Refusal.of(() -> as(server, "eve").generateImages(request("x").build()));
      assertThat(wrong.code()).isEqualTo(Code.UNAUTHENTICATED);
      assertInfo(wrong, "TOKEN_UNKNOWN");
      var expired = Refusal.of(() -> as(server, "late").generateImages(request("x").build()));
      assertThat(expired.code()).isEqualTo(Code.UNAUTHENTICATED);
      assertInfo(expired, "TOKEN_EXPIRED");
    }
  }

  @Test
  void whatIsNotAllowedIsPermissionDenied() throws Exception {
    try (var server =
        new TestServer(CONFIG, tenants(), ToyModel.named("toy"), ToyModel.named("other"))) {
      var model =
          Refusal.of(
              () -> as(server, "ann").generateImages(request("x").setModel("other").build()));
      assertThat(model.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertInfo(model, "MODEL_NOT_ALLOWED");
      var role = Refusal.of(() -> as(server, "reader").generateImages(request("x").build()));
      assertThat(role.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertInfo(role, "ROLE_MISSING");
    }
  }

  @Test
  void moreThanTheQuotaIsResourceExhaustedWithTheQuota() throws Exception {
    try (var server = new TestServer(CONFIG, tenants(), ToyModel.named("toy"))) {
      as(server, "ann").generateImages(request("x").setImageCount(2).build());
      var refusal = Refusal.of(() -> as(server, "ann").generateImages(request("x").build()));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(assertInfo(refusal, "QUOTA_EXCEEDED").getMetadataMap())
          .containsEntry("quota", "images_per_minute")
          .containsEntry("limit", "2");
      assertThat(refusal.detail(QuotaFailure.class).orElseThrow().getViolations(0).getSubject())
          .isEqualTo("principal:ann");
      assertThat(refusal.detail(RetryInfo.class)).isPresent();
    }
  }

  /** This header has no pixels behind it, so decoding would fail differently. */
  @Test
  void anInputImageThatIsTooLargeIsRejectedFromItsHeader() throws Exception {
    var file = ByteString.copyFrom(Hostile.pngOfSize(60_000, 50_000));
    var task = VariationTask.newBuilder().setImage(InputImage.newBuilder().setData(file));
    try (var server = new TestServer(ToyModel.named("toy"))) {
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .generateImages(
                          GenerateImagesRequest.newBuilder().setVariation(task).build()));
      assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertInfo(refusal, "INVALID_FIELDS");
      var violation = refusal.detail(BadRequest.class).orElseThrow().getFieldViolations(0);
      assertThat(violation.getField()).isEqualTo("variation.image.data");
      assertThat(violation.getDescription())
          .contains("60000×50000 pixels (expected: at most 16777216)");
    }
  }

  @Test
  void anythingUnexpectedIsInternalWithAnIdAndNothingElseAndTheServerLivesOn() throws Exception {
    var model =
        ToyModel.named(
            "toy",
            query -> {
              throw new IllegalStateException("secret: /etc/passwd");
            });
    try (var server = new TestServer(model)) {
      String id = UUID.randomUUID().toString();
      var refusal =
          Refusal.of(() -> server.blocking().generateImages(request("x").setRequestId(id).build()));
      assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
      assertThat(refusal.message())
          .isEqualTo("internal error; the server's log has it under " + id);
      assertThat(assertInfo(refusal, "INTERNAL").getMetadataMap())
          .containsExactly(Map.entry("correlation_id", id));
      assertThat(refusal.status().toString()).doesNotContain("secret", "IllegalState");
      assertThat(
              HealthGrpc.newBlockingStub(server.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void aModelThatFailsAgainAndAgainIsNotServingUntilItDraws() throws Exception {
    var broken = new AtomicBoolean(true);
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (broken.get()) {
                throw new IllegalStateException("a network that has had enough");
              }
            });
    var asked = HealthCheckRequest.newBuilder().setService("diffusion4j.v1.model/toy").build();
    try (var server = new TestServer(CONFIG.withRows(1), model, ToyModel.named("other"))) {
      var health = HealthGrpc.newBlockingStub(server.channel);
      for (int failures = 0; failures < ServingHealth.FAILURES; failures++) {
        assertThat(health.check(asked).getStatus()).isEqualTo(ServingStatus.SERVING);
        Refusal.of(() -> server.blocking().generateImages(request("x").build()));
        server.blocking().generateImages(request("y").setModel("other").build());
      }
      assertThat(health.check(asked).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
      broken.set(false);
      server.blocking().generateImages(request("x").build());
      server.blocking().generateImages(request("y").setModel("other").build());
      assertThat(health.check(asked).getStatus()).isEqualTo(ServingStatus.SERVING);
    }
  }

  private static ErrorInfo assertInfo(Refusal refusal, String reason) {
    var info = refusal.detail(ErrorInfo.class).orElseThrow();
    assertThat(info.getDomain()).isEqualTo("diffusion4j.io");
    assertThat(info.getReason()).isEqualTo(reason);
    return info;
  }

  private static GenerationServiceBlockingStub as(TestServer server, String token) {
    return server.blocking().withInterceptors(bearer(token));
  }

  /** Three tokens, equal to the names of their principals. */
  private static Module tenants() {
    List<HashedTokens.Entry> tokens =
        List.of(
            token("ann", Set.of(Role.GENERATE), Instant.MAX),
            token("reader", Set.of(), Instant.MAX),
            token("late", Set.of(Role.GENERATE), Instant.parse("2020-01-01T00:00:00Z")));
    return asking(new HashedTokens(tokens, InstantSource.system()));
  }

  private static HashedTokens.Entry token(String name, Set<Role> roles, Instant expires) {
    return new HashedTokens.Entry(
        HashedTokens.hash(name),
        expires,
        new Principal(name, roles, Set.of("toy"), new Quota(2, 9, 9)));
  }
}
