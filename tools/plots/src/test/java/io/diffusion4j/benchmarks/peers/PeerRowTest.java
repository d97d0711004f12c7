package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeerRowTest {
  private static final PeerRow OURS_F32 = row(EngineUnderTest.OURS_F32, 1, 10);
  private static final PeerRow OURS_BF16 = row(EngineUnderTest.OURS_BF16, 1, 5);
  private static final PeerRow OURS_INT8 = row(EngineUnderTest.OURS_INT8, 1, 4);
  private static final List<PeerRow> ROWS =
      List.of(
          OURS_F32,
          OURS_BF16,
          OURS_INT8,
          row(EngineUnderTest.ORT_F32, 1, 12),
          row(EngineUnderTest.TORCH_F32, 1, 15),
          row(EngineUnderTest.TORCH_BF16, 1, 8),
          row(EngineUnderTest.TORCH_BF16, 8, 1));

  private static PeerRow row(EngineUnderTest contender, int batch, double millis) {
    return new PeerRow("S", batch, contender, millis, 1 / millis, 0);
  }

  @Test
  void oursIsComparedWithTheFastestPeerOfItsPrecision() {
    assertThat(OURS_F32.overPeers(ROWS)).hasValue(1.2);
    assertThat(OURS_BF16.overPeers(ROWS)).hasValue(1.6);
  }

  @Test
  void eightBitsAreComparedWithTheFastestPeerOfAny() {
    assertThat(OURS_INT8.overPeers(ROWS)).hasValue(2);
  }

  @Test
  void peersAreNotCompared() {
    assertThat(ROWS.get(3).overPeers(ROWS)).isEmpty();
  }
}
