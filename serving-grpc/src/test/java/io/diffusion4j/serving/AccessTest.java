package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.asking;
import static io.diffusion4j.serving.TestServer.bearer;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Iterables;
import com.google.common.collect.Lists;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rights of principals. Tenants do not see each other's work. */
@Timeout(600)
class AccessTest {
  private static final Authenticator TENANTS =
      token ->
          switch (token) {
            case "ann" -> principal("ann", Set.of(Role.GENERATE), Quota.NONE, "*");
            case "bob" -> principal("bob", Set.of(Role.GENERATE), new Quota(3, 5, 1), "*");
            case "cleo" -> principal("cleo", Set.of(Role.GENERATE), Quota.NONE, "other");
            case "reader" -> principal("reader", Set.of(), Quota.NONE, "*");
            case "broken" -> throw new IllegalStateException("secret: the directory is down");
            default -> throw new UnauthenticatedException("TOKEN_UNKNOWN", "who is this?");
          };

  private final AtomicInteger networkCalls = new AtomicInteger();
  private final Gate gate = new Gate();

  @SuppressWarnings("NullAway.Init") // set by JUnit before each test
  private TestServer server;

  private static Principal principal(String name, Set<Role> roles, Quota quota, String model) {
    return new Principal(name, roles, Set.of(model), quota);
  }

  @BeforeEach
  void start() throws IOException {
    server =
        new TestServer(
            CONFIG,
            asking(TENANTS),
            ToyModel.named("toy", query -> networkCalls.incrementAndGet()),
            ToyModel.named("other"),
            ToyModel.named("slow", gate::accept));
  }

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  private GenerationServiceBlockingStub generation(String token) {
    return server.blocking().withInterceptors(bearer(token));
  }

  private ModelServiceBlockingStub models(String token) {
    return ModelServiceGrpc.newBlockingStub(server.channel).withInterceptors(bearer(token));
  }

  @Test
  void whoIsUnknownMayDoNothingAndIsToldWhy() {
    for (Refusal refusal :
        new Refusal[] {
          Refusal.of(() -> server.blocking().generateImages(request("x").build())),
          Refusal.of(() -> generation("eve").generateImages(request("x").build())),
          Refusal.of(() -> generation("eve").streamGenerateImages(request("x").build()).next()),
          Refusal.of(() -> models("eve").listModels(ListModelsRequest.getDefaultInstance())),
        }) {
      assertThat(refusal.code()).as("%s", refusal).isEqualTo(Code.UNAUTHENTICATED);
      assertThat(refusal.message()).isEqualTo("who is this?");
      assertThat(refusal.reason()).isEqualTo("TOKEN_UNKNOWN");
    }
    assertThat(networkCalls).hasValue(0);
  }

  @Test
  void whoIsKnownGetsImages() {
    assertThat(generation("ann").generateImages(request("x").build()).getImagesCount())
        .isEqualTo(1);
  }

  @Test
  void healthIsToldToEverybody() {
    var health = HealthGrpc.newBlockingStub(server.channel);
    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void aRoleThatIsMissingIsNamed() {
    var refusal = Refusal.of(() -> generation("reader").generateImages(request("x").build()));
    assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refusal.message())
        .isEqualTo("reader may not do this (expected: a token with the role GENERATE)");
    assertThat(refusal.reason()).isEqualTo("ROLE_MISSING");
    assertThat(models("reader").listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .hasSize(3);
  }

  @Test
  void aModelThatIsNotAllowedIsAsUnknownAsOneThatIsNotThere() {
    for (String model : new String[] {"toy", "", "no such model"}) {
      var refusal =
          Refusal.of(() -> generation("cleo").generateImages(request("x").setModel(model).build()));
      assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(refusal.message())
          .isEqualTo(
              "model: \"%s\" (expected: one that cleo may use: other)"
                  .formatted(model.isEmpty() ? "toy" : model));
      assertThat(refusal.detail(ErrorInfo.class).orElseThrow().getMetadataMap())
          .containsEntry("allowed_models", "other");
    }
    assertThat(networkCalls).hasValue(0);
    assertThat(
            generation("cleo")
                .generateImages(request("x").setModel("other").build())
                .getImagesCount())
        .isEqualTo(1);
    assertThat(models("cleo").listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .extracting(Model::getName)
        .containsExactly("other");
    assertThat(
            Refusal.of(
                    () ->
                        models("cleo")
                            .getModel(GetModelRequest.newBuilder().setName("toy").build()))
                .message())
        .isEqualTo("name: \"toy\" (expected: one of other)");
  }

  @Test
  void aRequestIdOfAnotherTenantIsFreeAndTellsNothing() {
    var request = request("a secret").setRequestId(UUID.randomUUID().toString()).addSeeds(1);
    var anns = generation("ann").generateImages(request.build());
    int drawn = networkCalls.get();
    var cleos = generation("bob").generateImages(request.build());
    assertThat(networkCalls.get()).as("drawn anew").isEqualTo(2 * drawn);
    assertThat(cleos.getImagesList()).isEqualTo(anns.getImagesList());
    // A different request under the same id is independent too.
    var other = request("something else").setRequestId(request.getRequestId()).setModel("other");
    assertThat(generation("cleo").generateImages(other.build()).getImagesCount()).isEqualTo(1);
    assertThat(generation("ann").generateImages(request.build()).getImagesList())
        .isEqualTo(anns.getImagesList());
    assertThat(networkCalls.get()).as("remembered").isEqualTo(2 * drawn);
  }

  @Test
  void aRunningRequestOfAnotherTenantCannotBeWatched() throws Exception {
    var request = request("a secret").setModel("slow").setRequestId(UUID.randomUUID().toString());
    var anns = generation("ann").streamGenerateImages(request.build());
    assertThat(anns.next().hasAccepted()).isTrue();
    gate.awaitCall();
    var bobs = generation("bob").streamGenerateImages(request.build());
    assertThat(bobs.next().hasAccepted()).isTrue();
    server.awaitUnfinished(2);
    gate.open();
    assertThat(Iterables.getLast(Lists.newArrayList(anns)).hasFinished()).isTrue();
    assertThat(Iterables.getLast(Lists.newArrayList(bobs)).hasFinished()).isTrue();
  }

  @Test
  void aQuotaOfImagesIsKept() {
    generation("bob").generateImages(request("x").setImageCount(3).build());
    var refusal = Refusal.of(() -> generation("bob").generateImages(request("x").build()));
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(refusal.detail(QuotaFailure.class).orElseThrow().getViolations(0).getSubject())
        .isEqualTo("principal:bob");
    assertThat(refusal.detail(RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
        .isBetween(0L, 20L);
    generation("ann").generateImages(request("x").setImageCount(3).build());
  }

  @Test
  void aQuotaOfUnfinishedRequestsIsKeptAndARepeatDoesNotCount() throws Exception {
    var request = request("x").setModel("slow").setRequestId(UUID.randomUUID().toString());
    var first = generation("bob").streamGenerateImages(request.build());
    assertThat(first.next().hasAccepted()).isTrue();
    gate.awaitCall();
    var refusal = Refusal.of(() -> generation("bob").generateImages(request("y").build()));
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.detail(ErrorInfo.class).orElseThrow().getMetadataMap())
        .containsEntry("quota", "unfinished_requests");
    var repeat = generation("bob").streamGenerateImages(request.build());
    assertThat(repeat.next().hasAccepted()).isTrue();
    gate.open();
    assertThat(Iterables.getLast(Lists.newArrayList(repeat)).hasFinished()).isTrue();
    server.awaitUnfinished(0);
    assertThat(generation("bob").generateImages(request("y").build()).getImagesCount())
        .isEqualTo(1);
  }

  @Test
  void anAuthenticatorThatFailsIsAFaultOfOurs() {
    var refusal = Refusal.of(() -> generation("broken").generateImages(request("x").build()));
    assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
    assertThat(refusal.message()).matches("internal error; the server's log has it under [-\\w]+");
    generation("ann").generateImages(request("the server lives on").build());
  }
}
