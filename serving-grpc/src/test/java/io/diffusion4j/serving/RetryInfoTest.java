package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.HttpFault;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The refusal of a request that may succeed later contains a retry delay, over gRPC and over HTTP.
 */
class RetryInfoTest {
  private static Stream<StatusRuntimeException> passing() {
    Duration second = Duration.ofSeconds(1);
    return Stream.of(
        Errors.busy(1),
        Errors.queueFull(1, second),
        Errors.quotaExceeded("ann", "images_per_minute", 1, second),
        Errors.draining(),
        Errors.loading(),
        Errors.modelUnloaded("toy"),
        Errors.readerStalled(second),
        Errors.failed(new OutOfMemoryError(), "id"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void whatPassesHasATime(StatusRuntimeException error) {
    RetryInfo info = Refusal.of(error).detail(RetryInfo.class).orElseThrow();
    assertThat(Durations.toMillis(info.getRetryDelay())).isPositive();
    assertThat(HttpFault.of(error).headers().getInt("retry-after")).isPositive();
  }

  @Test
  void whatIsTheRequestsOwnHasNone() {
    for (var error :
        Stream.of(
                Errors.imageTooLarge(2, 1),
                Errors.tooCostly(2, 1),
                Errors.tooLarge(1),
                Errors.requestIdTaken("id"))
            .toList()) {
      assertThat(Refusal.of(error).detail(RetryInfo.class)).isEmpty();
      assertThat(HttpFault.of(error).headers().contains("retry-after")).isFalse();
    }
  }
}
