package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.jobs.Quotas;
import io.grpc.Status.Code;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuotasTest {
  private static final Principal ANN = principal("ann");

  private long now = 1;
  private final Quotas quotas = new Quotas(Quotas.Kind.IMAGES, () -> now);

  private static Principal principal(String name) {
    return new Principal(name, Set.of(), Set.of("a"), new Quota(6, 9, 2));
  }

  @Test
  void imagesComeBackOverAMinute() {
    draw(6);
    var refusal = refusal(1, 0);
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.message())
        .isEqualTo("images per minute: at most 6 of ann; try again in 10.0 s");
    assertThat(refusal.detail(RetryInfo.class).orElseThrow().getRetryDelay().getSeconds())
        .isEqualTo(10);
    now += TimeUnit.SECONDS.toNanos(10);
    draw(1);
    assertThat(refusal(1, 0).code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    now += TimeUnit.MINUTES.toNanos(60);
    draw(6);
    assertThat(refusal(1, 0).code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aRequestForMoreThanAMinutesImagesIsAdmittedWhenNothingIsOwedAndPaidOff() {
    draw(30);
    now += TimeUnit.MINUTES.toNanos(4);
    assertThat(refusal(1, 0).message()).endsWith("try again in 10.0 s");
    now += TimeUnit.MINUTES.toNanos(1);
    assertThatNoException().isThrownBy(() -> quotas.check(ANN, 100, 0));
  }

  @Test
  void fullBucketsAreForgottenAndDebtsAreNot() {
    draw(30);
    for (int i = 0; i < 5000; i++) {
      quotas.charge(principal("p" + i), 1);
      now += TimeUnit.MILLISECONDS.toNanos(48);
    }
    assertThat(quotas.buckets()).isLessThanOrEqualTo(1024);
    assertThat(refusal(1, 0).message()).endsWith("try again in 10.0 s");
  }

  @Test
  void unfinishedRequestsAreLimited() {
    assertThatNoException().isThrownBy(() -> quotas.check(ANN, 1, 1));
    var refusal = refusal(1, 2);
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.detail(QuotaFailure.class).orElseThrow().getViolationsList())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.getSubject()).isEqualTo("principal:ann");
              assertThat(violation.getDescription())
                  .isEqualTo("unfinished requests: at most 2 of ann");
            });
    assertThat(refusal.detail(ErrorInfo.class).orElseThrow().getMetadataMap())
        .containsEntry("quota", "unfinished_requests")
        .containsEntry("limit", "2");
  }

  @Test
  void embeddingsHaveAQuotaOfTheirOwn() {
    var embeddings = new Quotas(Quotas.Kind.EMBEDDINGS, () -> now);
    draw(6);
    embeddings.check(ANN, 9);
    embeddings.charge(ANN, 9);
    assertThat(Refusal.of(() -> embeddings.check(ANN, 1)).message())
        .isEqualTo("embeddings per minute: at most 9 of ann; try again in 6.666 s");
  }

  @Test
  void onePrincipalDoesNotUseUpAnothers() {
    draw(6);
    assertThatNoException().isThrownBy(() -> quotas.check(principal("bob"), 6, 0));
  }

  @Test
  void whoHasNoQuotaIsNeverRefused() {
    quotas.charge(Principal.ANYBODY, 1_000_000);
    assertThatNoException().isThrownBy(() -> quotas.check(Principal.ANYBODY, 64, 1_000_000));
  }

  private void draw(int images) {
    quotas.check(ANN, images, 0);
    quotas.charge(ANN, images);
  }

  private Refusal refusal(int images, long unfinished) {
    return Refusal.of(() -> quotas.check(ANN, images, unfinished));
  }
}
