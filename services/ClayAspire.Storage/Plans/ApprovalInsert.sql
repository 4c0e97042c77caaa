insert into sync.approval (id, plan_id, hash, approver, roles, verdict, ordinals, reason, at)
values (@id, @plan_id, @hash, @approver, @roles, @verdict, @ordinals, @reason, @at);
