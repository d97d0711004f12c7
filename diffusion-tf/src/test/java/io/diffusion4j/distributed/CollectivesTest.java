package io.diffusion4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes of their own, which meet over the loopback interface. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class CollectivesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** More than the processes' time limit for an answer. */
  private static final Duration TO_NOTICE = Duration.ofSeconds(15);

  private final List<Peer> peers = new ArrayList<>();

  @AfterEach
  void end() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
  }

  private void start(int size, String... work) throws IOException {
    peers.addAll(Peer.startAll(size, work));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void processesAreAGroup(int size) throws IOException, InterruptedException {
    start(size, "contract");
    for (Peer peer : peers) {
      assertThat(peer.exit(LIMIT)).as(peer.errors()).isZero();
    }
  }

  @Test
  void tenThousandRoundsNeedNoMoreThreadsOrMemory() throws IOException, InterruptedException {
    start(2, "rounds", "10000");
    for (Peer peer : peers) {
      String[] first = peer.next().split(" ", -1);
      String[] last = peer.next().split(" ", -1);
      assertThat(Integer.parseInt(last[0])).isLessThanOrEqualTo(Integer.parseInt(first[0]) + 8);
      assertThat(Double.parseDouble(last[1])).isLessThan(1.1 * Double.parseDouble(first[1]));
      assertThat(peer.exit(LIMIT)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, sums", "1, sums", "0, pauses", "1, pauses"})
  void aProcessThatIsKilledEndsTheOthers(int killed, String work)
      throws IOException, InterruptedException {
    start(2, work, "300");
    for (Peer peer : peers) {
      for (int round = 0; round < 3; round++) {
        peer.next();
      }
    }
    peers.get(killed).signal("KILL");
    var other = peers.get(1 - killed);
    long begin = System.nanoTime();
    assertThat(other.exit(TO_NOTICE)).isEqualTo(LocalCluster.PEER_LOST);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    assertThat(other.errors()).contains("process " + (1 - killed) + " of 2 lost ");
  }

  @Test
  void aProcessThatStandsStillEndsTheOthersInTime() throws IOException, InterruptedException {
    start(2, "sums");
    peers.get(0).next();
    peers.get(1).next();
    peers.get(1).signal("STOP");
    assertThat(peers.get(0).exit(TO_NOTICE)).isEqualTo(LocalCluster.PEER_LOST);
    assertThat(peers.get(0).errors()).contains("no answer for 3.0 s");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aProcessMayComeLate(int late) throws IOException, InterruptedException {
    String cluster = Peer.cluster(2);
    peers.add(Peer.start(cluster, 1 - late, "meet"));
    peers.add(Peer.start(cluster, late, "late", "3000"));
    for (Peer peer : peers) {
      assertThat(peer.exit(LIMIT)).as(peer.errors()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aProcessThatMeetsNobodyEnds(int rank) throws IOException, InterruptedException {
    peers.add(Peer.start(Peer.cluster(2), rank, "impatient", "2000"));
    assertThat(peers.get(0).exit(TO_NOTICE)).isEqualTo(LocalCluster.PEER_LOST);
    assertThat(peers.get(0).errors()).contains("no answer for 2.0 s");
  }

  @Test
  void sumsOfOtherSizesAreRefused() throws IOException, InterruptedException {
    start(2, "size", "100");
    for (Peer peer : peers) {
      assertThat(peer.exit(TO_NOTICE)).isEqualTo(1);
      assertThat(peer.errors()).contains("Shape mismatch");
    }
  }

  @Test
  void anAddressInUseIsRefused() throws IOException, InterruptedException {
    String cluster = Peer.cluster(2);
    peers.add(Peer.start(cluster, 0, "impatient", "20000"));
    Thread.sleep(4000);
    peers.add(Peer.start(cluster, 0, "impatient", "2000"));
    assertThat(peers.get(1).exit(LIMIT)).isEqualTo(1);
    assertThat(peers.get(1).errors()).contains("cluster: 127.0.0.1:");
  }
}
