package io.diffusion4j.serving.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StandstillWatchTest {
  @Test
  void noticesALoopThatDoesNotTurn() throws InterruptedException {
    var loops = new DefaultEventExecutorGroup(2);
    var noticed = new CountDownLatch(1);
    var blocked = new CountDownLatch(1);
    var watch = new StandstillWatch(loops, Duration.ofMillis(500), noticed::countDown);
    try {
      assertThat(noticed.await(1500, TimeUnit.MILLISECONDS)).as("while they turn").isFalse();
      loops.next().execute(() -> Uninterruptibles.awaitUninterruptibly(blocked));
      assertThat(noticed.await(10, TimeUnit.SECONDS)).as("when one is blocked").isTrue();
    } finally {
      blocked.countDown();
      watch.close();
      var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
