# What clang -O2 makes of firmware/bench/software_model.c; generated: python -m firmware.listing
	.attribute	4, 16
	.attribute	5, "rv32i2p1_m2p0_c2p0_zicsr2p0_zmmul1p0_zca1p0"
	.file	"software_model.c"
	.text
	.globl	software_screen                 # -- Begin function software_screen
	.p2align	1
	.type	software_screen,@function
software_screen:                        # @software_screen
# %bb.0:
	addi	sp, sp, -48
	sw	s0, 44(sp)                      # 4-byte Folded Spill
	sw	s1, 40(sp)                      # 4-byte Folded Spill
	sw	s2, 36(sp)                      # 4-byte Folded Spill
	sw	s3, 32(sp)                      # 4-byte Folded Spill
	sw	s4, 28(sp)                      # 4-byte Folded Spill
	sw	s5, 24(sp)                      # 4-byte Folded Spill
	sw	s6, 20(sp)                      # 4-byte Folded Spill
	sw	s7, 16(sp)                      # 4-byte Folded Spill
	sw	s8, 12(sp)                      # 4-byte Folded Spill
	sw	s9, 8(sp)                       # 4-byte Folded Spill
	sw	s10, 4(sp)                      # 4-byte Folded Spill
	lui	a7, %hi(image)
	addi	a7, a7, %lo(image)
	lui	t0, 2
	slli	s0, a2, 2
	lui	a6, %hi(policy)
	addi	a6, a6, %lo(policy)
	lw	t1, 0(a0)
	lw	t5, 8(a0)
	lw	t3, 12(a0)
	lw	t4, 20(a0)
	lui	t2, 1
	slli	s3, a3, 6
	slli	t6, a4, 1
	lw	s2, 24(a0)
	lw	s4, 28(a0)
	add	a2, a2, a7
	add	s0, s0, a6
	add	s10, a7, t0
	add	s6, a7, t2
	addi	s3, s3, 2
	add	a2, a2, t0
	lw	t0, 0(s0)
	xor	s0, s3, t6
	lbu	a2, -1024(a2)
	xor	s0, s0, s2
	and	s9, s4, a4
	andi	t2, t0, 7
	xor	t6, t5, a2
	xor	s2, t3, a2
	xor	s4, t4, a2
	add	s3, s10, a2
	xor	s5, t1, a2
	xor	s0, s0, a2
	add	s5, s5, a7
	add	a4, a7, t6
	add	s1, a7, s2
	add	s4, s4, s6
	addi	s7, a4, 2047
	addi	s8, s1, 2047
	add	s6, s6, s0
	beqz	s9, .LBB0_2
# %bb.1:
	lw	t1, 32(a0)
	lw	s1, 52(a0)
	lhu	s0, -44(s10)
	lhu	a4, -42(s10)
	neg	t5, t1
	srli	s1, s1, 5
	neg	t3, s0
	neg	t4, s1
	neg	t1, a4
	j	.LBB0_3
.LBB0_2:
	li	t1, 0
	li	t3, 0
	li	t4, 0
	li	t5, 0
.LBB0_3:
	lb	s3, -512(s3)
	lb	s5, 0(s5)
	lb	s1, 1(s7)
	lb	s7, 1025(s8)
	lb	a4, 0(s4)
	lb	s4, 1024(s6)
	snez	s0, t2
	sw	s0, 28(a0)
	sw	zero, 32(a0)
	beqz	t2, .LBB0_8
# %bb.4:
	add	s3, s3, s5
	add	s1, s1, s3
	add	a4, a4, s7
	add	a4, a4, s1
	add	s4, s4, a4
	bltz	s4, .LBB0_6
# %bb.5:
	add	t5, t5, s4
	j	.LBB0_7
.LBB0_6:
	neg	a4, s4
	sw	a4, 32(a0)
.LBB0_7:
	lw	s3, 4(a0)
	lw	s4, 16(a0)
	slli	s5, s2, 3
	srli	a4, s2, 7
	slli	s2, t6, 3
	srli	s0, t6, 7
	srli	s1, a2, 7
	or	t6, s5, a4
	slli	a4, a2, 25
	or	s2, s2, s0
	srli	s0, a4, 22
	srli	a4, a4, 21
	or	s5, s0, s1
	or	s6, a4, s1
	xor	s1, s4, a2
	xor	a2, s3, a2
	slli	s0, s1, 3
	srli	s1, s1, 7
	or	s0, s0, s1
	slli	s1, a2, 3
	srli	a2, a2, 7
	or	a2, a2, s1
	slli	s3, a3, 2
	andi	a4, t6, 1023
	andi	s1, s2, 1023
	andi	s0, s0, 1023
	andi	a2, a2, 1023
	sw	s6, 0(a0)
	sw	s5, 4(a0)
	sw	a2, 8(a0)
	sw	s1, 12(a0)
	sw	a4, 16(a0)
	sw	s0, 20(a0)
	sw	s3, 24(a0)
.LBB0_8:
	lui	a2, 2
	lw	t6, 36(a0)
	lw	s0, 52(a0)
	add	a2, a2, a7
	lhu	a4, -40(a2)
	lui	a2, 16
	add	s2, t5, t4
	addi	t4, a2, -256
	sltu	a2, a4, s0
	sub	s1, s0, a4
	neg	a2, a2
	and	s1, s1, t4
	and	s1, s1, a2
	bne	a5, t6, .LBB0_12
# %bb.9:
	lw	a2, 56(a0)
	bltu	s1, a2, .LBB0_11
# %bb.10:
	mv	a2, s1
.LBB0_11:
	mv	s1, a2
.LBB0_12:
	add	a2, s2, s0
	blt	s1, a2, .LBB0_14
# %bb.13:
	mv	a2, s1
.LBB0_14:
	lui	s0, 16
	addi	s0, s0, -1
	blt	a2, s0, .LBB0_16
# %bb.15:
	mv	a2, s0
.LBB0_16:
	lw	s0, 60(a0)
	sw	a2, 52(a0)
	sw	s1, 56(a0)
	add	t3, t3, t5
	sltu	a2, a4, s0
	sub	s1, s0, a4
	and	s1, s1, t4
	neg	a2, a2
	and	s1, s1, a2
	bne	a5, t6, .LBB0_20
# %bb.17:
	lw	a2, 64(a0)
	bltu	s1, a2, .LBB0_19
# %bb.18:
	mv	a2, s1
.LBB0_19:
	mv	s1, a2
.LBB0_20:
	add	t3, t3, s0
	blt	s1, t3, .LBB0_22
# %bb.21:
	mv	t3, s1
.LBB0_22:
	lui	a2, 16
	addi	a2, a2, -1
	blt	t3, a2, .LBB0_24
# %bb.23:
	mv	t3, a2
.LBB0_24:
	sw	t3, 60(a0)
	lw	a2, 4(a1)
	lw	t3, 0(a1)
	sw	s1, 64(a0)
	add	t1, t1, t5
	sltu	s1, a4, a2
	sub	a4, a2, a4
	and	s0, a4, t4
	neg	a4, s1
	and	a4, a4, s0
	bne	a5, t3, .LBB0_28
# %bb.25:
	lw	s1, 8(a1)
	bltu	a4, s1, .LBB0_27
# %bb.26:
	mv	s1, a4
.LBB0_27:
	mv	a4, s1
.LBB0_28:
	add	t1, t1, a2
	blt	a4, t1, .LBB0_30
# %bb.29:
	mv	t1, a4
.LBB0_30:
	lui	a2, 16
	addi	a2, a2, -1
	blt	t1, a2, .LBB0_32
# %bb.31:
	mv	t1, a2
.LBB0_32:
	sw	t1, 4(a1)
	lui	s1, 2
	lw	s0, 52(a0)
	add	s1, s1, a7
	lhu	a2, -62(s1)
	sw	a5, 0(a1)
	sw	a4, 8(a1)
	sw	a5, 36(a0)
	bgeu	s0, a2, .LBB0_34
# %bb.33:
	li	a1, 0
	j	.LBB0_35
.LBB0_34:
	lhu	a1, -60(s1)
	lhu	a2, -58(s1)
	sltu	a1, s0, a1
	sltu	a2, s0, a2
	xori	a2, a2, 1
	sub	a1, a2, a1
	addi	a1, a1, 2
.LBB0_35:
	lw	a4, 60(a0)
	lhu	a2, -56(s1)
	bltu	a4, a2, .LBB0_39
# %bb.36:
	lui	a2, 2
	add	a2, a2, a7
	lhu	a5, -54(a2)
	lhu	a2, -52(a2)
	sltu	a5, a4, a5
	sltu	a2, a4, a2
	xori	a2, a2, 1
	sub	a2, a2, a5
	addi	a4, a2, 2
	bltu	a1, a4, .LBB0_38
# %bb.37:
	mv	a4, a1
.LBB0_38:
	mv	a1, a4
.LBB0_39:
	lui	a2, 2
	add	a7, a7, a2
	lhu	a2, -50(a7)
	bltu	t1, a2, .LBB0_43
# %bb.40:
	lhu	a2, -48(a7)
	lhu	a4, -46(a7)
	sltu	a2, t1, a2
	sltu	a4, t1, a4
	xori	a4, a4, 1
	sub	a2, a4, a2
	addi	a2, a2, 2
	bltu	a1, a2, .LBB0_42
# %bb.41:
	mv	a2, a1
.LBB0_42:
	mv	a1, a2
.LBB0_43:
	sw	a1, 48(a0)
	lw	a2, 40(a0)
	lw	a0, 44(a0)
	not	a4, t0
	sltiu	a3, a3, 13
	slli	t2, t2, 5
	xori	a3, a3, 1
	slli	a3, a3, 4
	and	a0, a0, a4
	slli	a2, a2, 8
	snez	a0, a0
	add	a2, a2, a6
	add	a2, a2, a3
	slli	a0, a0, 3
	add	a2, a2, t2
	or	a0, a0, a1
	add	a0, a0, a2
	addi	a0, a0, 2047
	lbu	a0, 1(a0)
	lw	s0, 44(sp)                      # 4-byte Folded Reload
	lw	s1, 40(sp)                      # 4-byte Folded Reload
	lw	s2, 36(sp)                      # 4-byte Folded Reload
	lw	s3, 32(sp)                      # 4-byte Folded Reload
	lw	s4, 28(sp)                      # 4-byte Folded Reload
	lw	s5, 24(sp)                      # 4-byte Folded Reload
	lw	s6, 20(sp)                      # 4-byte Folded Reload
	lw	s7, 16(sp)                      # 4-byte Folded Reload
	lw	s8, 12(sp)                      # 4-byte Folded Reload
	lw	s9, 8(sp)                       # 4-byte Folded Reload
	lw	s10, 4(sp)                      # 4-byte Folded Reload
	addi	sp, sp, 48
	ret
.Lfunc_end0:
	.size	software_screen, .Lfunc_end0-software_screen
                                        # -- End function
	.type	image,@object                   # @image
	.bss
	.globl	image
	.p2align	1, 0x0
image:
	.zero	8192
	.size	image, 8192

	.type	policy,@object                  # @policy
	.globl	policy
	.p2align	2, 0x0
policy:
	.zero	6144
	.size	policy, 6144

	.ident	"clang version 22.1.8"
	.section	".note.GNU-stack","",@progbits
	.addrsig
