package io.diffusion4j.serving.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpPortTest {
  @ParameterizedTest
  @CsvSource({
    "4096, 1048576, 4096", // as in containers
    "4096, 4352, 4096",
    "4096, 4351, 4095",
    "4096, 1024, 768",
    "100, 1024, 100",
    "4096, 320, 64",
    "4096, 200, 16",
    "4096, -1, 4096", // an unlimited or unknown number
  })
  void connectionsLeaveDescriptorsForTheRestOfTheProcess(int limit, long descriptors, int open) {
    assertThat(HttpPort.connections(limit, descriptors)).isEqualTo(open);
  }
}
