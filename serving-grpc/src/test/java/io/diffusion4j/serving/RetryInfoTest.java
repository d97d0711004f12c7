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
        Errors.SERVER_BUSY.error(1),
        Errors.QUEUE_FULL.error(1, second),
        Errors.quotaExceeded("ann", "images_per_minute", 1, second),
        Errors.SHUTTING_DOWN.error(),
        Errors.LOADING.error(),
        Errors.MODEL_UNLOADED.error("toy"),
        Errors.READER_STALLED.error(second),
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
                Errors.OUT_OF_MEMORY.error(2, 1),
                Errors.COST_TOO_HIGH.error(2, 1),
                Errors.REQUEST_TOO_LARGE.error(1),
                Errors.REQUEST_ID_TAKEN.error("id"))
            .toList()) {
      assertThat(Refusal.of(error).detail(RetryInfo.class)).isEmpty();
      assertThat(HttpFault.of(error).headers().contains("retry-after")).isFalse();
    }
  }
}
