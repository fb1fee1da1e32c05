package dev.rfx.session.thread;

import java.nio.ByteBuffer;

/**
 * Calls the kernel of Linux on the calling thread. {@link ForeignSystemCalls} and {@link
 * JnaSystemCalls} do the same by different means. Any thread.
 */
interface SystemCalls {

    /** {@return by what means the calls are made, for display} */
    String means();

    /**
     * {@return the address of a direct buffer} The caller keeps the buffer reachable.
     *
     * @param memory the buffer
     */
    long address(ByteBuffer memory);

    /**
     * Makes a system call. The kernel ignores the arguments that the call does not take.
     *
     * @param number the number of the call, which depends on the processor
     * @return the result; or an error of errno(3), as a negative number
     */
    long call(long number, long first, long second, long third, long fourth);
}
